"""Bad input: every fault with its file, line, column and a hint, all at once."""

import polars as pl
import pytest

from corridor.model import CorridorError, InputError
from corridor.place import assign, read_problem
from corridor.place.memory import check_memory, memory_needed

CASES = "id,size,tie\na,2,\nb,3,a\n"
SITES = "id,name,capacity_people\nA,Alpha,9\nB,Beta,9\n"
SCORES = "id,A,B\na,0.5,0.4\nb,0.3,0.2\n"


def read(tmp_path, cases=CASES, sites=SITES, scores=SCORES, **more):
    paths = []
    for name, text in (("cases.csv", cases), ("sites.csv", sites), ("scores.csv", scores)):
        path = tmp_path / name
        path.write_text(text)
        paths.append(path)
    return read_problem(*paths, **more)


@pytest.mark.parametrize(
    ("change", "line", "column", "message", "hint"),
    [
        ({"cases": "id,size,tie\na,2,\na,3,\n"}, 3, "id", "stands there twice, first on line 2", "once"),
        ({"cases": "id,size,tie\na,2,\nb,3,c\n"}, 3, "tie", "'c' is no household", "known: a, b"),
        ({"cases": "id,size,tie\na,2,a\nb,1,\n"}, 2, "tie", "tied to itself", "blank"),
        ({"cases": "id,size\na,0\nb,1\n"}, 2, "size", "below 1", None),
        ({"cases": "id,size\na,\nb,1\n"}, 2, "size", "is blank", None),
        ({"cases": "id,size\na,1.5\nb,1\n"}, 2, "size", "not a whole number", None),
        ({"cases": "id,size\na,two\nb,1\n"}, 2, "size", "'two' is not a whole number", None),
        ({"cases": "id,size,medical\na,1,perhaps\nb,1,no\n"}, 2, "medical", "neither yes nor no", "yes or no"),
        ({"cases": "id,size,languges\na,1,es\nb,1,es\n"}, None, "languges", "not a known column", "languages"),
        ({"cases": "id,size,need_beds\na,1,1\nb,1,1\n"}, None, "capacity_beds", "households have need_beds", None),
        ({"cases": "id,size,week\na,1,3\nb,1,\n"}, 3, "week", "blank, but other rows", None),
        ({"cases": "id,size\na,1\nb\n"}, 3, None, "1 cells, the header 2", None),
        ({"cases": "id;size\na;1\n"}, 1, None, "one single column", "commas"),
        ({"cases": "id,size\n"}, None, None, "no rows", None),
        ({"cases": "id\na\n"}, None, "size", "column is missing", None),
        ({"sites": "id,name\nA,x\nB,y\n"}, None, "capacity_people", "how much room", "add capacity_people"),
        ({"sites": "id,capacity_people\nA,-1\nB,2\n"}, 2, "capacity_people", "below 0", None),
        ({"sites": "id,capacity_people\nA,\nB,2\n"}, 2, "capacity_people", "is blank", None),
        ({"sites": "id,capacity_people,capacity_beds\nA,1,1\nB,2,2\n"}, None, "need_beds", "missing", None),
        ({"sites": "id,capacity_people,accepts_medical\nA,1,\nB,2,no\n"}, 2, "accepts_medical", "neither", None),
        ({"scores": "id,A,B\na,0.5,\nb,0.3,0.2\n"}, 2, "B", "is blank", None),
        ({"scores": "id,A,B\na,0.5,nan\nb,0.3,0.2\n"}, 2, "B", "not a finite number", None),
        ({"scores": "id,A,B\na,0.5,good\nb,0.3,0.2\n"}, 2, "B", "'good' is not a finite number", None),
        ({"scores": "id,A,B\na,0.5,-2\nb,0.3,0.2\n"}, 2, "B", "outside the range", "--score-range"),
        ({"scores": "id,A,B\na,0.5,0.1\n"}, None, "id", "household 'b' has no row", None),
        ({"scores": "id,A\na,0.5\nb,1\n"}, None, "B", "the column is missing", None),
        ({"scores": "id,A,B,C\na,1,1,1\nb,1,1,1\n"}, None, "C", "is no site", None),
        ({"scores": "id,A,B\na,1,1\na,1,1\nb,1,1\n"}, 3, "id", "stands there twice", None),
    ],
)  # fmt: skip
def test_fault(tmp_path, change, line, column, message, hint):
    with pytest.raises(InputError) as error:
        read(tmp_path, **change)
    found = [f for f in error.value.faults if message in f.message]
    assert found, str(error.value)
    assert (found[0].line, found[0].column) == (line, column)
    assert next(iter(change)) in found[0].file or change.keys() & {"cases", "sites"}
    if hint:
        assert hint in (found[0].hint or "")


def test_all_faults_at_once(tmp_path):
    with pytest.raises(InputError) as error:
        read(tmp_path, cases="id,size,tie\na,0,z\na,x,\n", sites="id,capacity_people\nA,-1\nA,3\n")
    assert {(f.line, f.column) for f in error.value.faults} == {
        (2, "size"), (3, "size"), (2, "tie"), (3, "id"), (2, "capacity_people"), (3, "id"),
    }  # fmt: skip
    assert error.value.exit_code == 2


def test_lines_are_right_after_blank_lines_and_cells_with_line_breaks(tmp_path):
    for text in ("id,size\na,1\n\n\nb,0\n", 'id,size,note\n"a",1,"two\nlines, even\nthree"\nb,0,x\n'):
        with pytest.raises(InputError) as error:
            read(tmp_path, cases=text)
        assert error.value.faults[0].line == 5, text


def test_a_blank_score_of_a_pair_that_does_not_fit_is_no_fault(tmp_path):
    problem = read(tmp_path, cases="id,size\na,2\nb,10\n", sites="id,capacity_people\nA,9\nB,19\n",
                   scores="id,A,B\na,0.5,0.4\nb,,0.2\n")  # fmt: skip
    assert problem.score[1].tolist() == [0.0, 0.2]


def test_scores_in_another_order_with_more_rows_are_matched_by_id(tmp_path):
    problem = read(tmp_path, scores="id,B,A\nz,9,9\nb,0.2,0.3\na,0.4,0.5\n")
    assert problem.score.tolist() == [[0.5, 0.4], [0.3, 0.2]]
    assert any("1 rows of other households" in note for note in problem.notes)


def test_unlimited_room_and_whole_number_scores_and_a_score_range(tmp_path):
    problem = read(tmp_path, sites="id,capacity_people\nA,unlimited\nB,0\n", scores="id,A,B\na,50,40\nb,30,20\n",
                   highest=100.0)  # fmt: skip
    assert problem.capacity.tolist() == [[float("inf"), 0.0]]
    with pytest.raises(InputError, match="outside the range of a score \\(0 to 30\\)"):
        read(tmp_path, scores="id,A,B\na,50,40\nb,30,20\n", highest=30.0)


def test_parquet_equals_csv(tmp_path):
    text = read(tmp_path)
    pl.read_csv(tmp_path / "scores.csv").write_parquet(tmp_path / "scores.parquet")
    same = read_problem(tmp_path / "cases.csv", tmp_path / "sites.csv", tmp_path / "scores.parquet")
    assert (same.score == text.score).all()


def test_a_file_that_is_missing_or_not_text(tmp_path):
    (tmp_path / "cases.csv").write_bytes(b"id,size\n\xff\xfe,1\n")
    (tmp_path / "sites.csv").write_text(SITES)
    with pytest.raises(InputError) as error:
        assign(tmp_path / "cases.csv", tmp_path / "sites.csv")
    assert "UTF-8" in error.value.faults[0].message
    with pytest.raises(InputError, match="missing"):
        assign(tmp_path / "nothing.csv", tmp_path / "sites.csv")


def test_what_does_not_fit_into_memory_is_said_before(monkeypatch):
    monkeypatch.setattr("corridor.place.memory._available", lambda: 1e9)
    check_memory(1000, 40)
    with pytest.raises(CorridorError, match=r"need about 1[0-9.]* GB of memory") as error:
        check_memory(1_000_000, 400)
    assert "in parts" in (error.value.hint or "")
    assert memory_needed(1_000_000, 40) < 4e9
