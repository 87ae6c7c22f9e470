"""Numbers and dates in sentences: one rule, against hand counts and exact fractions."""

from __future__ import annotations

import datetime as dt
import math
import shutil
import subprocess
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corridor.text import dates, numbers

NARROW, FIXED = "\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("value", "decimals", "english", "spanish"),
    [
        (301981, 0, "301,981", f"301{NARROW}981"),
        (1234567, 0, "1,234,567", f"1{NARROW}234{NARROW}567"),
        (4321, 0, "4,321", "4321"),
        (-12345.67, 1, "−12,345.7", f"−12{NARROW}345,7"),
        (9999.5, 0, "10,000", f"10{NARROW}000"),
        (0.5, 1, "0.5", "0,5"),
        (-0.2, 0, "0", "0"),
        # halves go away from zero; 1.005 is held as 1.00499999999999989…, so it is no half
        (0.5, 0, "1", "1"),
        (2.5, 0, "3", "3"),
        (-2.5, 0, "−3", "−3"),
        (0.125, 2, "0.13", "0,13"),
        (1.005, 2, "1.00", "1,00"),
        (1e21, 0, "1,000,000,000,000,000,000,000", NARROW.join(["1", *["000"] * 7])),
    ],
)
def test_numbers(value: float, decimals: int, english: str, spanish: str) -> None:
    assert numbers.number(value, "en", decimals) == english
    assert numbers.number(value, "es", decimals) == spanish


def nearest(value: float, unit: Fraction) -> Fraction:
    """The multiple of ``unit`` nearest to a float, halves away from zero, in exact fractions."""
    exact = abs(Fraction(value)) / unit
    whole = exact.numerator // exact.denominator
    up = 2 * (exact - whole) >= 1
    return math.copysign(1, value).__int__() * (whole + up) * unit


@given(st.floats(-1e15, 1e15), st.integers(0, 6))
def test_a_number_is_the_nearest_of_its_decimals(value: float, decimals: int) -> None:
    for lang, thousands, point in (("en", ",", "."), ("es", NARROW, ",")):
        text = numbers.number(value, lang, decimals)  # type: ignore[arg-type]
        plain = text.replace(thousands, "").replace(point, ".").replace("−", "-")
        assert Fraction(plain) == nearest(value, Fraction(1, 10**decimals))
        assert len(plain.partition(".")[2]) == decimals


@given(st.integers(-(10**12), 10**12))
def test_english_whole_numbers_are_grouped_as_python_groups_them(value: int) -> None:
    assert numbers.number(value, "en") == f"{value:,}".replace("-", "−")
    digits = f"{abs(value)}"
    assert (NARROW in numbers.number(value, "es")) == (len(digits) > 4)


@given(st.floats(1e-300, 1e300) | st.integers(1, 10**6).map(lambda n: n / 8) | st.just(1025.0))
def test_three_significant_digits(value: float) -> None:
    exact = Fraction(value)
    power = 0
    while exact >= Fraction(10) ** (power + 1):
        power += 1
    while exact < Fraction(10) ** power:
        power -= 1
    assert numbers.significant(value) == float(nearest(value, Fraction(10) ** (power - 2)))
    assert numbers.significant(-value) == -numbers.significant(value)


@pytest.mark.parametrize(
    ("value", "shown"),
    [(1025.0, 1030.0), (1035.0, 1040.0), (0.12345, 0.123), (999.5, 1000.0), (0.0, 0.0)],
)
def test_significant_by_hand(value: float, shown: float) -> None:
    assert numbers.significant(value) == shown


@pytest.mark.parametrize(
    ("value", "english"),
    [(0.923, "0.92"), (12.34, "12.3"), (1025, "1,030"), (2.0, "2"), (0.0012, "0.0012"), (99.95, "100")],
)
def test_estimates_have_three_digits(value: float, english: str) -> None:
    assert numbers.rounded(value, "en") == english
    assert numbers.rounded(value, "es") == english.replace(",", "").replace(".", ",")


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.0, "<1 %"), (0.0099, "<1 %"), (0.01, "1 %"), (0.424, "42 %"), (0.99, "99 %"), (0.9901, ">99 %"), (1.0, ">99 %")],
)  # fmt: skip
def test_a_chance_from_draws_is_never_0_or_100(share: float, text: str) -> None:
    for lang in numbers.LANGS:
        assert numbers.chance(share, lang) == text.replace(" ", FIXED)


def test_percentages() -> None:
    assert numbers.percent(0.474, "en") == f"47{FIXED}%"
    assert numbers.percent(0.125, "en", sign=True) == f"+13{FIXED}%"
    assert numbers.published_percent(-0.4174, "es", sign=True) == f"−42{FIXED}%"
    assert numbers.published_percent(0.0512, "es", sign=True) == f"+5,1{FIXED}%"
    assert numbers.published_percent(0.0, "en", sign=True) == f"0.0{FIXED}%"
    assert numbers.published_percent(0.31398, "en") == f"31{FIXED}%"


def test_ratios_counts_and_p_values() -> None:
    assert numbers.times(0.31398, "es") == "0,314"
    assert numbers.times(12.34, "en") == "12.3"
    assert numbers.times(2.0, "en") == "2.00"
    assert [numbers.published_count(v, "en") for v in (0, 1, 9, 10, 0.4567)] == [
        "0",
        "<10",
        "<10",
        "10",
        "0.46",
    ]
    assert numbers.p_value(0.001, "es") == f"<{FIXED}0,01"
    assert numbers.p_value(0.0149, "en") == f"={FIXED}0.01"


NODE = shutil.which("node")


@pytest.mark.skipif(NODE is None, reason="needs node")
@given(
    st.lists(st.floats(1e-5, 1e15) | st.integers(0, 10**6).map(lambda n: n / 8), min_size=500, max_size=500)
)
@settings(max_examples=10, suppress_health_check=list(HealthCheck))
def test_the_page_rounds_alike(values: list[float]) -> None:
    script = f"console.log({values!r}.map((v) => v.toFixed(2) + ' ' + Number(v.toPrecision(3))).join('\\n'))"
    assert NODE is not None
    lines = subprocess.run([NODE, "-e", script], capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    for value, line in zip(values, lines, strict=False):
        fixed, small = line.split()
        assert numbers.number(value, "en", 2).replace(",", "") == fixed
        assert numbers.significant(value) == float(small)


def test_dates() -> None:
    day = dt.date(2023, 12, 31)
    assert dates.day(day, "en") == "31 December 2023" and dates.day(day, "es") == "31 de diciembre de 2023"
    assert dates.month(day, "es") == "diciembre de 2023"
    assert dates.month_name(9, "es") == "septiembre"
    assert dates.months((day, day), "en") == "December 2023"
    assert dates.months((dt.date(2023, 1, 1), day), "es") == "enero de 2023 a diciembre de 2023"
    assert (
        dates.days((dt.date(2024, 5, 1), dt.date(2024, 5, 3)), "es")
        == "1 de mayo de 2024 al 3 de mayo de 2024"
    )


@pytest.mark.parametrize(
    ("text", "english", "spanish"),
    [
        ("2023-12", "December 2023", "diciembre de 2023"),
        ("2024-01-05", "5 January 2024", "5 de enero de 2024"),
        ("2024-01/2024-06", "January 2024 to June 2024", "enero de 2024 a junio de 2024"),
        ("2023", "2023", "2023"),
        ("the winter", "the winter", "the winter"),
    ],
)
def test_periods(text: str, english: str, spanish: str) -> None:
    assert (dates.period(text, "en"), dates.period(text, "es")) == (english, spanish)


@given(st.dates())
def test_a_date_can_be_read_back(date: dt.date) -> None:
    number, month, year = dates.day(date, "en").split(" ")
    assert dt.date(int(year), dates.MONTHS["en"].index(month) + 1, int(number)) == date
    assert dates.day(date, "es").split(" de ") == [number, dates.MONTHS["es"][date.month - 1], year]
