"""Sentences against the tables they are made from, in both languages; absent tables; the file itself."""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from make_run import AS_OF, HOSTILE, LEVELS, MANIFEST, frame, tables

from corridor.cli.report import command
from corridor.model import InputError
from corridor.report import SECTIONS, RunFolder, chance_above, write_html
from corridor.report.html import payload, render
from corridor.report.sections import RunView, sentences
from corridor.report.sections.leads import LEADS, record
from corridor.text import day, month, number, period, rounded

NUMBER = r"[+−]?\d[\d,.\u202f]*\d|[+−]?\d"


def numbers(text: str, lang: str) -> list[float]:
    """The numbers of a sentence, read as a reader of that language reads them."""
    found = []
    for word in re.findall(NUMBER, text):
        plain = word.replace("−", "-").replace("\u202f", "")
        plain = plain.replace(",", "") if lang == "en" else plain.replace(".", "").replace(",", ".")
        found.append(float(plain))
    return found


def pick(table: pl.DataFrame, level: float, **where: object) -> float:
    rows = table.filter(pl.col("quantile") == level)
    for name, value in where.items():
        rows = rows.filter(pl.col(name) == value)
    (found,) = rows["value"].to_list()
    return found


@pytest.mark.parametrize("lang", ["en", "es"])
def test_first_sentence_says_what_the_tables_say(run: RunFolder, lang: str) -> None:
    where = {"scenario": "no-agreement", "series": "us_total", "place": "", "nationality": ""}
    forecast = tables()["forecast"]
    expected = [pick(forecast, q, month=dt.date(2023, 12, 1), **where) for q in (0.5, 0.1, 0.9)]
    found = numbers(sentences(RunView(run))[0][lang], lang)
    for value in expected:
        assert any(abs(value - shown) <= 0.005 * value for shown in found), (value, found)


@pytest.mark.parametrize("lang", ["en", "es"])
def test_first_screens_are_short_and_without_words_of_method(run: RunFolder, lang: str) -> None:
    view = RunView(run)
    told = [*sentences(view), *(lead["text"] for lead in (make(view) for make in LEADS.values()) if lead)]
    assert len(told) >= 6
    for text in told:
        for sentence in re.split(r"[.!?] ", text[lang]):
            assert len(sentence.replace("\u202f", "").split()) <= 25, sentence
        assert not re.search("WIS|quantile|cuantil|ensemble|conjunto|median|interval", text[lang]), text[lang]


@pytest.mark.parametrize("lang", ["en", "es"])
def test_every_number_of_a_first_sentence_leads_to_a_figure(run: RunFolder, lang: str) -> None:
    data = payload(RunView(run))
    known = {section["id"] for section in data["sections"]}
    known |= {f"figure-{block.get('id')}" for section in data["sections"] for block in section["blocks"]}
    spoken = [
        *data["sections"][0]["blocks"][0]["sentences"],
        *(page["lead"] for page in data["pages"] if page["lead"]),
    ]
    for sentence in spoken:
        assert sentence["links"]
        for link in sentence["links"]:
            page, at = link["to"].split("/")
            assert link["words"][lang] in sentence["text"][lang]
            assert page in {one["id"] for one in data["pages"]} and at in known


@pytest.mark.parametrize("lang", ["en", "es"])
def test_the_record_of_a_run_on_the_forecast_is_that_of_the_forecast(run: RunFolder, lang: str) -> None:
    scores = frame(
        "scoreboard", [("us_total", "month_end", 1, "until_2023_12", 0.85, 0.6, 1.0, 0.9, 0.8, 0.95, 24)]
    )
    about = {**run.manifest, "parameters": {**run.manifest["parameters"], "baseline": "forecast"}}
    carried = replace(run, manifest=about, tables={**run.tables, "scoreboard": scores})
    told = record(RunView(carried))
    assert told is not None and numbers(told["text"][lang], lang) == [24, 15]
    assert {link["to"] for link in told["links"]} == {"evidence/scoreboard"}
    free = record(RunView(replace(carried, manifest=run.manifest)))
    assert free is not None and {link["to"] for link in free["links"]} == {"evidence/fit"}


@pytest.mark.parametrize("lang", ["en", "es"])
def test_second_sentence_gives_the_difference_and_its_grades(run: RunFolder, lang: str) -> None:
    found = numbers(sentences(RunView(run))[1][lang], lang)
    for value in (-182_000, -310_000, -21_000):
        assert value in found
    assert 64 in found  # 10 + 32 + 22 %, all but what is assumed
    assert 97 in found  # the chance that it is lower


@pytest.mark.parametrize("lang", ["en", "es"])
def test_second_sentence_says_if_and_gives_no_chance_when_mostly_assumed(tmp_path: Path, lang: str) -> None:
    changed = tables()
    us = pl.col("item") == "us_total"
    shares = {"assumed": 0.6, "mechanical": 0.4}
    changed["grades"] = pl.concat(
        [
            changed["grades"].filter(~us),
            frame("grades", [("agreement", "us_total", grade, share) for grade, share in shares.items()]),
        ]
    )
    text = sentences(RunView(RunFolder.write(tmp_path / "run", changed, MANIFEST)))[1][lang]
    assert ("if the assumptions hold" if lang == "en" else "si se cumplen los supuestos") in text
    assert {-182_000, -310_000, -21_000} <= set(numbers(text, lang))
    assert 97 not in numbers(text, lang)  # the chance


@pytest.mark.parametrize("lang", ["en", "es"])
def test_third_sentence_is_the_ratio_to_the_reference(run: RunFolder, lang: str) -> None:
    text = sentences(RunView(run))[2][lang]
    assert {5, 8} <= set(numbers(text, lang))  # a score of 0.92 times the reference's
    assert ("8\u00a0% less wrong" if lang == "en" else "8\u00a0% menos") in text


def test_an_assumed_or_reposted_item_never_stands_on_the_first_screen(run: RunFolder) -> None:
    cards = {
        card["id"]
        for block in next(s for s in SECTIONS if s.id == "chances").payload(RunView(run))
        for card in block.get("cards", ())
    }
    assert {"us_total", "census_chicago"} <= cards
    assert cards.isdisjoint({"waiting_north", "census_denver", "deaths_border"})  # assumed, repost, deaths


def test_a_card_rests_on_what_was_known(run: RunFolder) -> None:
    cards = {
        card["id"]: card
        for block in next(s for s in SECTIONS if s.id == "chances").payload(RunView(run))
        for card in block.get("cards", ())
    }
    known = tables()["observed"].filter(
        (pl.col("series") == "us_total")
        & pl.col("known")
        & (pl.col("nationality") == "")
        & (pl.col("place") == "")
    )
    assert cards["us_total"]["points"] == known.height
    assert cards["us_total"]["line"] == known["value"].max()


@given(
    st.lists(st.floats(0, 1e6), min_size=23, max_size=23).map(sorted),
    st.floats(0, 1.2e6),
)
def test_chance_is_numpy_interpolation_between_the_outer_quantiles(values: list[float], line: float) -> None:
    found = chance_above(LEVELS, values, line)
    assert LEVELS[0] - 1e-12 <= 1 - found <= LEVELS[-1] + 1e-12
    gaps = np.diff(values)
    if gaps.min() > 1e-3:
        assert found == pytest.approx(1 - np.interp(line, values, LEVELS), abs=1e-6)


def test_chance_falls_as_the_line_rises() -> None:
    values = [0.0] * 10 + [float(k) for k in range(13)]
    chances = [chance_above(LEVELS, values, line) for line in np.linspace(-1, 14, 200)]
    assert all(before >= after for before, after in itertools.pairwise(chances))
    assert chance_above(LEVELS, values, 0.0) == pytest.approx(1 - LEVELS[10])


@pytest.mark.parametrize("name", sorted(tables()))
def test_every_section_copes_without_a_table(run: RunFolder, name: str) -> None:
    text = render(
        replace(run, tables={key: table for key, table in run.tables.items() if key != name}, levers=None)
    )
    assert "payload" in text


def test_a_run_without_tables_still_says_how_to_repeat_it(tmp_path: Path) -> None:
    run = RunFolder.write(tmp_path / "run", {}, {"as_of": "2023-12-31", "command": "corridor simulate x"})
    assert "corridor simulate x" in render(run)


def test_in_sample_is_never_shown_without_out_of_sample(tmp_path: Path) -> None:
    fit = tables()["fit"].filter(pl.col("line") == "in_sample")
    view = RunView(RunFolder.write(tmp_path / "run", {"fit": fit}, MANIFEST))
    assert not next(section for section in SECTIONS if section.id == "fit").available(view)


def test_an_effect_card_has_sentence_and_every_check_with_its_outcome(run: RunFolder) -> None:
    section = next(section for section in SECTIONS if section.id == "effects")
    card = section.payload(RunView(run))[0]["claims"][0]
    assert card["verdict"] == "cannot_be_told", "a fragile effect is not drawn as a supported one"
    assert card["verdict_label"] == {"en": "fragile", "es": "frágil"}
    assert "36 %" in card["sentence"]["en"] and "27 de diciembre de 2023" in card["said"]["es"]
    assert [fact["label"]["en"] for fact in card["facts"]] == [
        "placebo in time: passed", "anchor month: failed", "start moved earlier: cannot be told",
    ]  # fmt: skip
    assert card["facts"][1]["text"]["es"] == "Medido desde un récord."


def test_a_month_already_published_is_not_forecast(run: RunFolder) -> None:
    assert RunView(run).ahead("deaths_border")["month"].min() == dt.date(2024, 1, 1)


def test_hindsight_puts_up_a_banner(run: RunFolder, tmp_path: Path) -> None:
    later = RunFolder(run.path, {**run.manifest, "hindsight": True}, run.tables)
    assert '"hindsight":{"en":"Hindsight' in render(later)
    assert '"hindsight":null' in render(run)


def test_hostile_text_cannot_leave_its_script(report: Path) -> None:
    text = report.read_text(encoding="utf-8")
    assert HOSTILE not in text
    payload = text.split('id="payload">')[1].split("</script>")[0]
    assert "<" not in payload
    assert HOSTILE in json.dumps(json.loads(payload))


def test_the_file_is_one_and_small_and_forbids_the_network(report: Path) -> None:
    text = report.read_text(encoding="utf-8")
    assert report.stat().st_size < 10_000_000
    assert "default-src 'none'" in text and "connect-src 'none'" in text
    assert not re.findall(r"<(?:script|img|iframe)[^>]+src=", text) and "@import" not in text


def test_vendored_files_are_the_released_ones() -> None:
    folder = Path(__file__).parents[2] / "src/corridor/report/assets/vendor"
    stated = dict(re.findall(r"^([0-9a-f]{64})  (\S+)$", (folder / "README.md").read_text(), re.M))
    assert len(stated) == 4
    for digest, name in stated.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest


def test_the_licenses_travel_in_the_report(report: Path) -> None:
    text = report.read_text(encoding="utf-8")
    for words in ("Observable, Inc.", "Mike Bostock", "ColorBrewer", "Mikola Lysenko"):
        assert words in text


def test_a_run_without_date_or_levels_is_a_fault(tmp_path: Path) -> None:
    some = tables()["forecast"].filter(pl.col("quantile") != 0.5)
    run = RunFolder.write(tmp_path / "run", {"forecast": some}, {"as_of": "soon"})
    with pytest.raises(InputError) as caught:
        write_html(run, tmp_path / "report.html")
    assert [fault.column for fault in caught.value.faults] == ["quantile", "as_of"]
    assert not (tmp_path / "report.html").exists()


def test_numbers_and_dates_as_each_language_writes_them() -> None:
    assert number(301981, "en") == "301,981"
    assert number(301981, "es") == "301\u202f981"
    assert number(4300, "es") == "4300"
    assert number(-1234.5, "en", 1) == "−1,234.5"
    assert number(-0.2, "es") == "0"
    assert rounded(0.923, "es") == "0,92"
    assert month(AS_OF, "es") == "diciembre de 2023"
    assert day(AS_OF, "en") == "31 December 2023"
    assert period("2024-01/2024-06", "es") == "enero de 2024 a junio de 2024"
    assert period("the winter", "en") == "the winter"


def test_command_writes_the_report_again(run: RunFolder, tmp_path: Path) -> None:
    out = tmp_path / "again.html"
    result = CliRunner().invoke(command, [str(run.path), "--lang", "es", "--out", str(out)])
    assert result.exit_code == 0, result.output
    assert '<html lang="es">' in out.read_text(encoding="utf-8")


def test_command_on_something_else_is_a_fault(tmp_path: Path) -> None:
    result = CliRunner().invoke(command, [str(tmp_path)])
    assert isinstance(result.exception, InputError)
    assert not list(tmp_path.iterdir())


def test_an_unwritable_output_is_a_fault(run: RunFolder, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot write"):
        write_html(run, tmp_path / "no" / "such" / "report.html")


@pytest.mark.parametrize(
    "spelling", [("out of sample", "WIS"), ("out-of-sample", "wis"), ("out_of_sample", "wis")]
)
def test_lines_and_metrics_may_be_spelled_in_words(tmp_path: Path, spelling: tuple[str, str]) -> None:
    fit = frame("fit", [("us_total", *spelling, 0.8, 1.0, 5)])
    text = sentences(RunView(RunFolder.write(tmp_path / "run", {"fit": fit}, MANIFEST)))[0]["en"]
    assert "20\u00a0% less wrong" in text


# -- languages of the corridor ---------------------------------------------------------------------------


def test_a_corridor_in_one_language_gets_a_report_in_that_language(run: RunFolder) -> None:
    only = replace(run, manifest={**run.manifest, "languages": ["es"]})
    assert '"languages":["es"]' in render(only, "es")
    with pytest.raises(InputError, match="no texts in 'en'") as caught:
        render(only, "en")
    assert "es" in str(caught.value.hint)
    assert '"languages":["en","es"]' in render(run)  # a manifest that does not say has both
