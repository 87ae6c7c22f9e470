"""The second real corridor, through the same doors as any other: figures, fit, run, report, statements."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner, Result

from corridor.calibrate import calibrate, read_calibration, read_plan
from corridor.cli import main
from corridor.data import load
from corridor.formats import open_corridor, shipped_corridors
from corridor.model import Corridor, InputError
from corridor.series import read_series
from corridor.study import RunFolder, influence
from repository import ROOT

FOLDER = shipped_corridors()["mediterranean"]
AS_OF = dt.date(2018, 6, 30)


@pytest.fixture(scope="module")
def sea() -> Corridor:
    return open_corridor(FOLDER)


def corridor(*arguments: str) -> Result:
    result = CliRunner().invoke(main, list(arguments))
    assert "Traceback" not in result.output
    return result


# Cumulative counts as UNHCR printed them, by country and last month (monthly updates of 2016, dashboards since).
PRINTED = [
    ("GRC", "2016-06", 158_377), ("GRC", "2016-07", 160_297), ("GRC", "2016-09", 166_824),
    ("GRC", "2016-11", 171_785), ("GRC", "2016-12", 173_450), ("GRC", "2017-06", 9_286),
    ("GRC", "2017-08", 15_119), ("GRC", "2018-08", 19_459), ("GRC", "2018-12", 32_494),
    ("ITA", "2016-06", 70_222), ("ITA", "2016-07", 93_774), ("ITA", "2016-09", 132_043),
    ("ITA", "2016-11", 173_008), ("ITA", "2016-12", 181_436), ("ITA", "2017-02", 13_439),
    ("ITA", "2017-11", 117_042), ("ITA", "2017-12", 119_369), ("ITA", "2018-02", 5_247),
    ("ITA", "2018-07", 18_546), ("ITA", "2018-08", 20_077), ("ITA", "2018-11", 23_011),
    ("ITA", "2018-12", 23_370),
]  # fmt: skip


@pytest.mark.parametrize(("country", "until", "total"), PRINTED)
def test_months_add_up_to_the_sums_that_unhcr_printed(sea, country, until, total):
    table = read_series(load("sea_arrivals", sea), (), {"country": [country]}).table()
    last = dt.date.fromisoformat(f"{until}-01")
    months = table.filter(pl.col("date").is_between(last.replace(month=1), last))
    assert months["value"].sum() == total


@pytest.mark.parametrize(
    ("country", "month", "count"),
    [
        ("GRC", "2016-06", 1554), ("GRC", "2016-09", 3080), ("GRC", "2016-10", 2970), ("GRC", "2016-12", 1665),
        ("GRC", "2018-07", 2545), ("GRC", "2018-11", 2075), ("GRC", "2018-12", 2927), ("ITA", "2016-07", 23552),
        ("ITA", "2016-11", 13581), ("ITA", "2016-12", 8428), ("ITA", "2017-12", 2327), ("ITA", "2018-08", 1531),
        ("ITA", "2018-09", 947), ("ITA", "2018-11", 980), ("ITA", "2018-12", 359),
    ],
)  # fmt: skip
def test_single_months_that_unhcr_printed(sea, country, month, count):
    table = read_series(load("sea_arrivals", sea), (), {"country": [country]}).table()
    assert table.filter(pl.col("date") == dt.date.fromisoformat(f"{month}-01"))["value"].item() == count


def test_the_tables_of_the_tutorial_are_those_of_the_corridor():
    """The page shows all figures, and every line of a file that it shows stands in that file."""
    page = (ROOT / "docs" / "your-own-corridor.md").read_text("utf-8")
    rows = {}
    for line in page.partition("| month |")[2].splitlines()[2:]:
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not cells[0][:4].isdigit():
            break
        rows[cells[0]] = [int(cell.replace(",", "")) for cell in cells[1:]]
    written = {}
    for line in (FOLDER / "data" / "sea_arrivals.csv").read_text().splitlines()[1:]:
        month, _, count = line.split(",")
        written.setdefault(month[:7], []).append(int(count))
    assert rows == written
    shown = 0
    for name, block in re.findall(r"^`([^`\n]+)`\n\n```text\n(.*?)^```", page, re.MULTILINE | re.DOTALL):
        lines = (FOLDER / name).read_text("utf-8").splitlines()
        for line in block.splitlines():
            assert line == "…" or line in lines, f"{name}: {line}"
            shown += line != "…"
    assert shown > 40


def test_the_errors_of_the_tutorial_are_those_of_the_shipped_fit():
    page = (ROOT / "docs" / "your-own-corridor.md").read_text("utf-8")
    fit = read_calibration(FOLDER / "calibration", AS_OF).fit
    lines = {(r["counting_point"], r["line"]): r for r in fit.iter_rows(named=True)}
    for point in ("arrivals", "arrivals_greece", "arrivals_italy"):
        inside, ahead = lines[point, "in_sample"], lines[point, "out_of_sample"]
        row = f"| `{point}` | {inside['value']:.1%} | {ahead['value']:.0%} | {ahead['reference']:.0%} |"
        assert row.replace("%", " %") in page


def test_the_shipped_fit_is_made_again_from_the_folder(sea):
    shipped = read_calibration(FOLDER / "calibration", AS_OF)
    found = calibrate(sea, read_plan(FOLDER / "calibration" / "plan.yaml", sea), AS_OF)
    assert found.known_until == shipped.known_until == dt.date(2018, 5, 1)
    assert [p.model_dump(exclude={"value", "low", "high"}) for p in found.parameters] == [
        p.model_dump(exclude={"value", "low", "high"}) for p in shipped.parameters
    ]
    for ours, theirs in zip(found.parameters, shipped.parameters, strict=True):
        assert ours.value == pytest.approx(theirs.value, rel=1e-4)


def test_each_crossing_is_fitted_to_its_own_count():
    """Only the stock that a field names has rows of its source: the two crossings do not answer for each other."""
    rows = read_calibration(FOLDER / "calibration", AS_OF).parameters
    sources = {(r.target, r.source.partition(":")[0]) for r in rows if r.parameter == "departures"}
    assert sources == {
        ("turkey.leaving", "calibrated to arrivals_greece"),
        ("libya.leaving", "calibrated to arrivals_italy"),
    }


def test_errors_in_sample_stand_beside_those_out_of_sample():
    """The reference is found by hand: November 2017, the last month known at the end of that year, repeated."""
    fit = read_calibration(FOLDER / "calibration", AS_OF).fit
    lines = {(r["counting_point"], r["line"]): r for r in fit.iter_rows(named=True)}
    for point in ("arrivals", "arrivals_greece", "arrivals_italy"):
        assert lines[point, "in_sample"]["value"] < 0.05
        assert lines[point, "in_sample"]["months"] == 29
    greece = [2364, 1633, 1256, 2441, 3032, 2916]
    errors = sorted(abs(3215 / count - 1) for count in greece)
    assert lines["arrivals_greece", "out_of_sample"]["reference"] == pytest.approx(
        (errors[2] + errors[3]) / 2
    )
    assert {lines[p, "out_of_sample"]["months"] for p, line in lines if line == "out_of_sample"} == {6}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    target = tmp_path_factory.mktemp("sea") / "run"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(influence, "INFLUENCE_BLOCKS", 3)
        patch.setattr(influence, "INTENSITY_MEMBERS", 4)
        result = corridor(
            "simulate", "mediterranean", "--members", "60", "--workers", "1", "--out", str(target)
        )
    assert result.exit_code == 0, result.output
    return RunFolder.open(target)


def test_a_run_forecasts_the_months_that_were_not_public(run):
    forecast = run.table("forecast")
    assert forecast["month"].min() == dt.date(2018, 6, 1)
    assert set(forecast["series"]) == {"arrivals", "arrivals_greece", "arrivals_italy"}
    observed = run.table("observed").filter(pl.col("series") == "arrivals_italy")
    assert observed.filter(pl.col("known"))["month"].max() == dt.date(2018, 5, 1)
    assert observed.filter(pl.col("month") == dt.date(2018, 8, 1))["value"].item() == 1531
    assert run.table("sources")["publisher"].item().startswith("United Nations High Commissioner")


def test_closed_ports_bind_in_italy_alone(run):
    """No more than the days of a month times the highest daily limit land; the Aegean does not notice."""
    closed = run.table("forecast").filter(pl.col("scenario") == "ports-closed", pl.col("quantile") > 0.98)
    italy = closed.filter(pl.col("series") == "arrivals_italy", pl.col("month") >= dt.date(2018, 7, 1))
    limit = run.table("measures").filter(pl.col("scenario") == "ports-closed")["strength"].item()
    assert limit == 64  # half of 3,963 a month, by day
    assert round(3963 / 31 / 2) == 64
    assert italy["value"].max() < 31 * 150
    wider = run.table("differences").filter(pl.col("scenario") == "ports-reopened")
    medians = dict(wider.select("item", "median").iter_rows())
    assert medians["arrivals_greece"] == 0
    assert medians["arrivals_italy"] > 0 > medians["other_ports"]
    assert medians["arrivals"] == medians["arrivals_italy"]


@pytest.mark.parametrize(
    ("lang", "texts"),
    [
        (
            "en",
            [
                "Sea arrivals in Greece and Italy",
                "Median over the counting points",
            ],
        ),
        (
            "es",
            [
                "Llegadas por mar a Grecia e Italia",
                "Mediana de los puntos de conteo",
            ],
        ),
    ],
)
def test_the_report_speaks_of_this_corridor_only(run, lang, texts, tmp_path):
    from corridor.report import write_html

    page = write_html(run, tmp_path / f"{lang}.html", lang).read_text("utf-8")
    data = page[page.index('type="application/json"') :]
    data = re.sub(r'"sim_who_\w+":\{[^}]*\},?', "", data)  # names of who acts, shown only where somebody does
    for text in texts:
        assert text in data
    for word in ("Mexico", "México", "Darién", "US southwest", "Border Patrol"):
        assert word not in data, data[data.index(word) - 200 : data.index(word) + 80]


def test_statements_are_checked_against_the_folders_own_series():
    result = corridor("claims", "mediterranean", "--format", "json")
    verdicts = {row["claim"]: row["verdict"] for row in json.loads(result.stdout)}
    assert verdicts == {
        "italy_2017": "supported",  # 119,369 / 181,436 - 1 = -34.2 %
        "italy_december": "not supported",  # 2,327 / 8,428 - 1 = -72.4 %
        "greece_august": "supported",
        "greece_above_italy": "supported",
    }


def test_a_revised_figure_does_not_move_what_was_known(sea):
    """A second figure for May 2018, public in August, changes neither the fit's target nor a claim made before."""
    rows = list(sea.counts["sea_arrivals"])
    revised = (dt.date(2018, 5, 1), ("ITA",), 9999.0, dt.date(2018, 8, 1))
    changed = sea.model_copy(update={"counts": {"sea_arrivals": (*rows, revised)}})
    then, now = (load("sea_arrivals", changed).as_of(day) for day in (AS_OF, dt.date(2018, 8, 1)))
    may = pl.col("date") == dt.date(2018, 5, 1)
    assert then.grouped(["country"]).filter(may)["value"].to_list() == [2916, 3963]
    assert now.grouped(["country"]).filter(may)["value"].to_list() == [2916, 9999]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("stocks: [libya.leaving]", "stocks: [libia.leaving]", "unknown stock 'libia.leaving'"),
        ("stocks: [libya.leaving]", "stocks: [turkey.leaving]", "departures of 'turkey.leaving' are fitted by 'departures_aegean' already"),
        ("  stocks: [libya.leaving]\n", "", "moves all departures, and another field moves some"),
        ("target: arrivals\n", "target: arivals\n", "unknown observation 'arivals'"),
    ],
)  # fmt: skip
def test_a_plan_that_cannot_be_followed(sea, tmp_path, old, new, message):
    text = (FOLDER / "calibration" / "plan.yaml").read_text()
    assert text.count(old) == 1
    path = Path(tmp_path) / "sea" / "calibration" / "plan.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(text.replace(old, new))
    with pytest.raises(InputError) as caught:
        read_plan(path, sea)
    assert message in str(caught.value)
