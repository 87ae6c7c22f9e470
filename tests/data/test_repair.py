"""Each repair on a small table made by hand."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from corridor.data import repair, tidy


def months(*texts: str) -> list[dt.date]:
    return [dt.date.fromisoformat(f"{text}-01") for text in texts]


def test_duplicates_are_summed_not_dropped() -> None:
    table = pl.DataFrame(
        {
            "date": months("2021-08", "2021-08", "2021-08"),
            "nationality": ["FRA", "FRA", "GIN"],
            "value": [3, 4, 5],
        }
    )
    summed = repair.sum_duplicates(table, ["date", "nationality"])
    assert summed.rows() == [(dt.date(2021, 8, 1), "FRA", 7), (dt.date(2021, 8, 1), "GIN", 5)]


def test_china_is_relabeled_and_summed_with_itself() -> None:
    raw = pl.DataFrame(
        {"month": ["2024-11-01"] * 3, "nat": ["TWN", "CHN", "STL"], "n": ["100.0", "44.0", "2.0"]},
    )
    assert tidy.honduras_entries(raw).select("nationality", "value").rows() == [("CHN", 144), ("LCA", 2)]


def test_household_labels_mean_the_same_before_and_after() -> None:
    labels = ["UC / Single Minors", "UAC", "FMUA", "Accompanied Minors", "Single Adults"]
    table = repair.unify_households(pl.DataFrame({"household": labels}))
    assert table["household"].to_list() == ["child", "child", "family", "family", "single"]


def test_an_unknown_household_label_is_not_passed_over() -> None:
    with pytest.raises(pl.exceptions.PolarsError):
        repair.unify_households(pl.DataFrame({"household": ["FMUA", "New Label"]}))


def test_unpublished_detail_is_blank() -> None:
    table = repair.blank_unpublished(
        pl.DataFrame({"area": [None, "Tucson Sector"], "nationality": [None, "MEX"]}), ["area", "nationality"]
    )
    assert table.rows() == [("", ""), ("Tucson Sector", "MEX")]


def test_us_rows_keep_authority_apart_and_lose_only_the_type() -> None:
    raw = pl.DataFrame(
        {
            "month": ["2021-09-01"] * 3,
            "component": ["U.S. Border Patrol", "U.S. Border Patrol", "Office of Field Operations"],
            "area": ["Rio Grande Valley Sector", "Rio Grande Valley Sector", "Laredo Field Office"],
            "authority": ["Title 42", "Title 8", "Title 8"],
            "type": ["Expulsions", "Apprehensions", "Inadmissibles"],
            "demog": ["FMUA", "FMUA", "Accompanied Minors"],
            "nat": ["HND"] * 3,
            "n": ["5", "7", "2"],
        }
    )  # fmt: skip
    rows = tidy.us_southwest_encounters(raw).drop("date", "nationality").rows()
    assert rows == [
        ("ofo", "laredo_field_office", "title8", "family", 2),
        ("usbp", "rio_grande_valley_sector", "title42", "family", 5),
        ("usbp", "rio_grande_valley_sector", "title8", "family", 7),
    ]


def test_false_zeros_go_and_true_figures_stay() -> None:
    table = pl.DataFrame({"date": months("2020-03", "2020-04", "2020-05", "2020-06"), "value": [10, 0, 3, 0]})
    left = repair.drop_false_zeros(table, dt.date(2020, 4, 1), dt.date(2020, 5, 1))
    assert left["date"].to_list() == months("2020-03", "2020-05", "2020-06")


def test_false_zeros_of_one_nationality_leave_the_others() -> None:
    table = pl.DataFrame(
        {"date": months("2022-01", "2022-01"), "nationality": ["HTI", "CUB"], "value": [0, 0]}
    )
    left = repair.drop_false_zeros(table, dt.date(2022, 1, 1), dt.date(2022, 2, 1), {"nationality": ["HTI"]})
    assert left["nationality"].to_list() == ["CUB"]


def test_yearly_totals_do_not_pose_as_january() -> None:
    table = pl.DataFrame({"date": months("2018-01", "2019-01", "2020-01", "2020-02"), "value": [1, 2, 3, 4]})
    monthly, yearly = repair.split_yearly(table, 2019)
    assert (monthly["value"].to_list(), yearly["value"].to_list()) == ([3, 4], [1, 2])


def test_a_month_among_yearly_totals_is_an_error() -> None:
    with pytest.raises(ValueError, match="not stamped January"):
        repair.split_yearly(pl.DataFrame({"date": months("2019-01", "2019-02"), "value": [1, 2]}), 2019)


def test_absent_months_are_named() -> None:
    table = pl.DataFrame({"date": months("2020-03", "2020-06", "2020-08")})
    assert repair.absent_months(table) == months("2020-04", "2020-05", "2020-07")
    assert repair.absent_months(table.clear()) == []


def test_codes_that_are_no_country_and_lists_fall_out() -> None:
    table = pl.DataFrame({"geo": ["AB9", "HND", "COL,VEN"], "n": [1, 2, 3]})
    assert repair.keep_codes(table, "geo", ["HND", "COL"])["n"].to_list() == [2]


def test_longitudes_get_their_sign_back() -> None:
    assert repair.west_of_greenwich(pl.DataFrame({"lon": [114.9, -106.5]}))["lon"].to_list() == [
        -114.9,
        -106.5,
    ]


def test_ports_are_named_by_code() -> None:
    table = pl.DataFrame(
        {
            "date": months("2020-12", "2021-01", "2021-01"),
            "port": ["Cross Border Xpress", "Otay Mesa", "Otay Mesa"],
            "port_code": ["2582", "2582", "2506"],
        }
    )
    named = repair.name_ports_by_code(table).sort("port_code", "date")
    assert named["port"].to_list() == ["Otay Mesa", "Cross Border Xpress", "Cross Border Xpress"]


def test_part_months_are_dropped() -> None:
    table = pl.DataFrame({"value": [1.0, 2.0], "partial": ["yes", None]})
    assert repair.drop_part_months(table).rows() == [(2.0,)]


def test_claims_are_dated_at_the_end_and_public_when_printed() -> None:
    raw = pl.DataFrame(
        {
            "year": ["2021", "2021", "2022"],
            "period": ["Jan-Oct", "Aug", "full year"],
            "nationality": ["Haiti", "total", "total"],
            "claims": ["37849", "13065", "104727"],
            "note": [None, None, None],
            "source": ["EFE", "same", "La Jornada"],
            "publisher": ["COMAR"] * 3,
            "published": ["2021-11-02", "2021-11-02", "2023-03"],
            "url_or_title": ["https://example.org"] * 3,
        }
    )
    got = (
        tidy.comar_asylum_claims(raw)
        .select("date", "scope", "period_start", "nationality", "source", "known_from")
        .rows()
    )
    assert got == [
        (dt.date(2021, 8, 31), "month", "2021-08-01", "", "EFE", dt.date(2021, 11, 2)),
        (dt.date(2021, 10, 31), "part_year", "2021-01-01", "HTI", "EFE", dt.date(2021, 11, 2)),
        (dt.date(2022, 12, 31), "year", "2022-01-01", "", "La Jornada", dt.date(2023, 3, 31)),
    ]


@pytest.mark.parametrize(("month", "end"), [("Dec", dt.date(2021, 12, 31)), ("Feb", dt.date(2021, 2, 28))])
def test_claims_of_one_month_end_with_it(month: str, end: dt.date) -> None:
    raw = pl.DataFrame(
        {
            "year": ["2021"], "period": [month], "nationality": ["total"], "claims": ["5"], "note": [""],
            "source": ["x"], "publisher": ["y"], "published": ["2022"], "url_or_title": [""],
        }
    )  # fmt: skip
    assert tidy.comar_asylum_claims(raw)["date"].item() == end
