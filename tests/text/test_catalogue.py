"""The data files of sentences: complete, used, alike in both languages; and the function that says them."""

from __future__ import annotations

import ast
import datetime as dt
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from corridor import text
from corridor.text import messages, say, subject, subjects, word
from corridor.text.messages import SAME, read_texts

SOURCE = Path(messages.__file__).parents[1]
KEYS = [f"{file}.{name}" for file in subjects() for name in subject(file)]
BY_CODE = ("nationalities", "datasets", "ports", "glossary")
"""Files whose keys are codes of the data."""


HOLE = "\0"
REPORT = ("report", "measures.py")
"""Code whose keys lack the prefix ``report.``: the report's own and the command that prints its register."""


@cache
def strings() -> tuple[set[str], list[re.Pattern[str]]]:
    """Strings of the code that may be keys, whole and with holes (an f-string's braces, or a family's code)."""
    whole: set[str] = set()
    for path in SOURCE.rglob("*.py"):
        found = set()
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found |= {node.value, f"{node.value}_{HOLE}"}
            elif isinstance(node, ast.JoinedStr):
                found.add("".join(p.value if isinstance(p, ast.Constant) else HOLE for p in node.values))
        own = any(part in REPORT for part in path.relative_to(SOURCE).parts)
        whole |= found | ({f"report.{one}" for one in found} if own else set())
    for path in (SOURCE / "report/assets").glob("*.js"):
        script = path.read_text("utf-8")
        whole |= {
            f"report.{one}"
            for one in re.findall(r"""["'](\w+)["']|messages\.(\w+)|(\w+): \w+_?\b""", script)
            for one in one
        }
        whole |= {
            "report." + re.sub(r"\$\{[^}]*\}", HOLE, one) for one in re.findall(r"`([\w${}]+)`", script)
        }
        whole |= {f"report.col_{one}" for one in re.findall(r'\bcol\("(\w+)"', script)}
    keys = {
        one
        for one in whole
        if one.partition(".")[0] in subjects() and one.partition(".")[2].strip(HOLE + "_")
    }
    holed = [re.escape(one).replace(re.escape(HOLE), r"(\w*)") for one in keys if HOLE in one]
    return {one for one in keys if HOLE not in one}, [re.compile(one) for one in holed]


@cache
def spelled() -> frozenset[str]:
    """Every word that the code and the shipped tables spell: a code that fills a hole is made of them."""
    kinds, found = (".py", ".js", ".yaml", ".csv"), set()
    for path in SOURCE.rglob("*"):
        parts = path.relative_to(SOURCE).parts
        if path.suffix in kinds and parts[0] != "text" and "vendor" not in parts:
            found |= set(re.findall(r"[a-z0-9]+", path.read_text("utf-8").lower()))
    return frozenset(found)


def is_used(key: str) -> bool:
    whole, holed = strings()
    if key in whole:
        return True
    for one in holed:
        match = one.fullmatch(key)
        codes = "_".join(match.groups()) if match else ""
        if match and spelled().issuperset(filter(None, codes.split("_"))):
            return True
    return False


def calls() -> Iterator[tuple[str, ast.Call, str]]:
    """Calls of `say` and `message` with a literal key: key, call and where it stands."""
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            named = (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in ("say", "message")
            )
            if named and isinstance(node.args[0] if node.args else None, ast.Constant):
                key = ("report." if "report" in path.relative_to(SOURCE).parts else "") + node.args[0].value
                if "." in key and key.partition(".")[0] in subjects():
                    yield key, node, f"{path.name}:{node.lineno}"


def test_there_are_as_many_files_in_each_language() -> None:
    folders = [messages.FOLDER / lang for lang in text.LANGS]
    english, spanish = ({p.relative_to(f) for p in f.rglob("*.yaml")} for f in folders)
    assert english == spanish and english


@pytest.mark.parametrize("file", subjects())
def test_a_file_reads_and_its_languages_differ(file: str) -> None:
    english, spanish = (read_texts(file, lang) for lang in text.LANGS)
    assert subject(file).keys() == english.keys()
    for name, words in english.items():
        assert words.strip(), name
        if spanish[name] != SAME:
            assert spanish[name].strip() and spanish[name] != words, f"{name}: write {SAME!r} in Spanish"


@pytest.mark.parametrize("key", [key for key in KEYS if key.partition(".")[0] not in BY_CODE])
def test_every_message_is_used(key: str) -> None:
    assert is_used(key), f"nothing in the code says {key}"


def test_every_literal_key_exists_with_the_slots_that_it_is_given() -> None:
    seen = 0
    for key, call, where in calls():
        slots = text.templates(key)[0].slots
        given = {keyword.arg for keyword in call.keywords}
        if None in given:  # **facts: seen only when it runs
            assert given - {None} <= slots.keys(), where
        else:
            assert given == slots.keys(), where
        seen += 1
    assert seen > 30


def test_every_literal_key_of_the_page_exists() -> None:
    keys = subject("report")
    for path in (SOURCE / "report/assets").glob("*.js"):
        script = path.read_text("utf-8")
        assert set(re.findall(r'C\.say\("(\w+)"', script)) <= set(keys), path.name
        columns = re.findall(r'\bcol\("(\w+)", "\w+"\)|\bcol\("(\w+)"\)', script)
        assert {f"col_{one or other}" for one, other in columns} <= set(keys), path.name


def test_the_page_holds_no_sentence_of_its_own() -> None:
    for path in (SOURCE / "report/assets").glob("*.js"):
        script = re.sub(r"^\s*//.*$", "", path.read_text("utf-8"), flags=re.MULTILINE)
        quoted = re.findall(r'"([^"\n]*)"', script)
        assert not [one for one in quoted if re.search(r"[áéíóúñ¿¡]|^[A-Z][a-z]+ [a-z]+ [a-z]+", one)], (
            path.name
        )


PRIVATE = {
    "en": r"let expect|\bbeside\b|\blay\b|\bstray|forecast error \(WIS\)|reader's word|standing on|\billegal",
    "es": r"hacían esperar|palabra del lector|se ha equivocado|\bilegal",
}
"""Turns of phrase that a reader of the field does not know, or that are not neutral."""


@pytest.mark.parametrize("file", subjects())
def test_no_text_uses_private_words(file: str) -> None:
    for lang in text.LANGS:
        for name, words in read_texts(file, lang).items():
            assert not re.search(PRIVATE[lang], words, flags=re.IGNORECASE), f"{file}.{name}: {words}"


def test_scopes_are_those_of_shipped_datasets() -> None:
    from corridor.data import datasets

    assert set(subject("datasets")) <= set(datasets())


def test_slots_are_written_by_their_rule_in_each_language() -> None:
    facts = {"name": ("north", "norte"), "value": 12345.0, "base": 2.5, "against": "2023"}
    english, spanish = say("claims.change", period="2024-01", change=-0.05, **facts)
    assert english == "“north”: 12,345 in January 2024, against 3 in 2023 (−5.0\N{NO-BREAK SPACE}%)"
    assert spanish == (
        "«norte»: 12\N{NARROW NO-BREAK SPACE}345 en enero de 2024, frente a 3 en 2023 (−5,0\N{NO-BREAK SPACE}%)"
    )
    span = (dt.date(2024, 1, 1), dt.date(2024, 2, 1))
    _, shared = say("effects.card_span", period=span, observed=7, effect=(-0.1, -0.2, 0.3))
    assert shared.startswith("enero de 2024 a febrero de 2024: <10, −10\N{NO-BREAK SPACE}% (intervalo del 95")


def test_a_message_may_fill_a_slot() -> None:
    step = text.message("claims.step_month")
    assert say("claims.too_coarse", step=step)[1].startswith("Los conteos se publican por mes,")
    joined = text.sentence(text.message("claims.too_coarse", step=step), ("a", "b"))
    assert joined[0].endswith("; a.") and joined[1].endswith("; b.")
    assert text.by_lang(joined) == {"en": joined[0], "es": joined[1]}


@pytest.mark.parametrize(
    ("key", "slots", "complaint"),
    [
        ("claims.nothing", {}, "no message"),
        ("nothing.change", {}, "no message"),
        ("claims.change_said", {}, "has the slots"),
        ("claims.change_said", {"said": 0.1, "more": 1}, "has the slots"),
    ],
)
def test_a_wrong_key_or_slot_is_an_error(key: str, slots: dict[str, object], complaint: str) -> None:
    with pytest.raises(text.TextError, match=complaint):
        say(key, **slots)


@pytest.mark.parametrize(
    ("english", "spanish", "complaint"),
    [
        ("a: one\nb: two", "a: uno", "in one language only: b"),
        ("a: '{n:number}'", "a: '{m:number}'", "in Spanish"),
        ("a: '{n:number}'", "a: '{n:percent}'", "in Spanish"),
        ("a: '{n:nombre}'", "a: '{n:nombre}!'", "no rule nombre"),
        ("a: '{n'", "a: x", "expected '}'"),
        ("a: 3", "a: x", "is no text"),
    ],
)
def test_a_wrong_file_is_an_error(
    tmp_path: Path, monkeypatch, english: str, spanish: str, complaint: str
) -> None:
    for lang, content in (("en", english), ("es", spanish)):
        (tmp_path / lang).mkdir()
        (tmp_path / lang / "broken.yaml").write_text(content, "utf-8")
    monkeypatch.setattr(messages, "FOLDER", tmp_path)
    with pytest.raises(text.TextError, match=complaint):
        subject.__wrapped__("broken")  # type: ignore[attr-defined]


def test_codes_become_words_and_unknown_codes_stay() -> None:
    assert word("claims.outcome", "cannot be told") == ("cannot be told", "no se puede saber")
    assert word("claims.outcome", "new code") == ("new code", "new code")
    assert text.plain("out-of-sample") == text.plain("out of sample") == "out_of_sample"
    assert text.nationality("VEN") == ("Venezuela", "Venezuela") and text.nationality("ZZZ") == ("ZZZ", "ZZZ")
    assert text.nationality_codes()["Haiti"] == "HTI"
