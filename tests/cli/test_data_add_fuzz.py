"""Anything that could be in a file: `data add` reads it or refuses it, and never ends in a traceback."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corridor.cli import main

CELLS = st.sampled_from(
    ["", "date", "value", "año", "Shelter name", "Total", "2023-01", "2023-02-30", "01/02/2023", "31/12/23", "Jan-24", "FY24", "2024-W60",
     "2023Q5", "9e18", "1e400", "-5", "12,345", "12.345", "1.234,5", "<10", ":", "NA", "١٢", "44927", "Türkiye", "\x00", "\x1b[31m", '"',
     "=1+1", "0", "nan", "inf", "week ending", "2023", "1899", "9999-12-31", "0001-01-01", "M13", "20231301", "x" * 70, "\\", "freq,geo\\TIME"]
)  # fmt: skip
TABLES = st.builds(
    lambda rows, mark, end: end.join(mark.join(row) for row in rows).encode(),
    st.lists(st.lists(CELLS, min_size=1, max_size=5), min_size=1, max_size=12),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
NUMBERS = st.builds(
    lambda head, rows: (head + "\n" + "\n".join(f"{d},{c},{v}" for d, c, v in rows)).encode(),
    st.sampled_from(["date,country,value", "month,b,n", "Week ending,site,beds", "a,b,c"]),
    st.lists(
        st.tuples(
            st.dates().map(str) | CELLS,
            st.text(max_size=4).map(lambda t: t.replace(",", "")),
            st.floats().map(str) | CELLS,
        ),
        min_size=1,
        max_size=30,
    ),
)
MAGIC = st.builds(
    lambda start, rest: start + rest,
    st.sampled_from(
        [
            b"PK\x03\x04",
            b"PAR1",
            b"\xd0\xcf\x11\xe0",
            b"[{",
            b'{"a":[',
            b"\xff\xfe",
            b"\xef\xbb\xbf",
            b"\x1f\x8b",
            b"<html",
        ]
    ),
    st.binary(max_size=200),
)
CONTENT = st.binary(max_size=400) | TABLES | NUMBERS | MAGIC


def tried(content: bytes, folder: Path) -> None:
    file = folder / "any.csv"
    file.write_bytes(content)
    result = CliRunner().invoke(main, ["data", "add", str(file), "--as", "any", "--dry-run"])
    assert result.exit_code in (0, 2), (result.exit_code, result.stderr, content)
    assert "unexpected" not in result.stderr.replace("unexpected end", ""), (result.stderr, content)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(CONTENT)
def test_two_hundred_files(tmp_path_factory, content):
    tried(content, tmp_path_factory.getbasetemp())


@pytest.mark.slow
@settings(max_examples=2000, deadline=None, suppress_health_check=list(HealthCheck))
@given(CONTENT)
def test_two_thousand_files(tmp_path_factory, content):
    tried(content, tmp_path_factory.getbasetemp())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_pipes_and_devices_are_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for file in (tmp_path / "pipe", Path("/dev/zero")):
        result = CliRunner().invoke(main, ["data", "add", str(file), "--as", "any"])
        assert result.exit_code == 2
        assert "is not a regular file" in result.stderr


def test_nine_million_rows_are_refused_by_a_stated_limit(tmp_path):
    file = tmp_path / "long.csv"
    file.write_bytes(b"date,value\n" + b"2023-01-01,1\n" * 9_000_000)
    result = CliRunner().invoke(main, ["data", "add", str(file), "--as", "any"])
    assert result.exit_code == 2
    assert "has more than 1,000,000 rows" in result.stderr


def test_twenty_faults_are_printed_and_the_rest_counted(tmp_path):
    file = tmp_path / "bad.csv"
    file.write_text(
        "date,value\n"
        + "".join(f"2023-01-{d:02},1\n" for d in range(1, 29))
        + "\n".join(f"2023-02-{d % 28 + 1:02},-{d}" for d in range(1, 138))
    )
    result = CliRunner().invoke(main, ["data", "add", str(file), "--as", "any"])
    assert result.exit_code == 2
    assert result.stderr.count("is negative") == 20
    assert "… and 117 more faults" in result.stderr
