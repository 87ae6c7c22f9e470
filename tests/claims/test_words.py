"""Numbers and periods by language, and the catalogue of sentences."""

from __future__ import annotations

import string

import pytest

from corridor.claims.messages import MESSAGES, SCOPES, both
from corridor.model.words import change, month_name, number, period, share, times

NARROW, FIXED = "\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("value", "decimals", "english", "spanish"),
    [
        (301981, 0, "301,981", f"301{NARROW}981"),
        (1234567, 0, "1,234,567", f"1{NARROW}234{NARROW}567"),
        (4321, 0, "4,321", "4321"),
        (-12345.67, 1, "−12,345.7", f"−12{NARROW}345,7"),
        (0.5, 1, "0.5", "0,5"),
        (-0.2, 0, "0", "0"),
    ],
)
def test_numbers(value, decimals, english, spanish):
    assert number(value, decimals) == (english, spanish)


def test_shares_and_changes():
    assert change(-0.4174) == (f"−42{FIXED}%", f"−42{FIXED}%")
    assert change(0.0512) == (f"+5.1{FIXED}%", f"+5,1{FIXED}%")
    assert change(0.0) == (f"0.0{FIXED}%", f"0,0{FIXED}%")
    assert share(0.31398) == (f"31{FIXED}%", f"31{FIXED}%")
    assert times(0.31398) == ("0.314", "0,314")
    assert times(12.34) == ("12.3", "12,3")


def test_periods():
    assert period("2023-12") == ("December 2023", "diciembre de 2023")
    assert period("2024-01-05") == ("5 January 2024", "5 de enero de 2024")
    assert period("2023") == ("2023", "2023")
    assert month_name(9) == ("September", "septiembre")


def test_both_languages_take_the_same_parts():
    for key, (english, spanish) in MESSAGES.items():
        fields = [{f for _, f, _, _ in string.Formatter().parse(text) if f} for text in (english, spanish)]
        assert fields[0] == fields[1], key
        assert english.strip() and spanish.strip(), key
    assert all(english != spanish for english, spanish in SCOPES.values())


def test_parts_go_to_their_language():
    assert both("change_said", said=("one", "uno")) == (
        "; the statement says one",
        "; la afirmación dice uno",
    )
