"""The register of measures: who did, announced or asked for what, to be filtered by status and lever."""

from __future__ import annotations

from collections import Counter
from typing import Any

from corridor.report.messages import Text, say, word
from corridor.report.sections.base import Block, RunView, column, table_block
from corridor.text import LANGS

_COLUMNS = [
    column("entry"),
    column("year"),
    column("known_from", "date"),
    column("status"),
    column("actor"),
    column("levers"),
    column("scope"),
    column("strength"),
    column("grade"),
    column("weak", "flag"),
    column("publisher"),
    column("source_grade"),
    column("note"),
]


def register(view: RunView) -> list[Block]:
    """What was done, announced or asked for, modeled or not; empty where the run has no register."""
    if not view.run.has("register"):
        return []
    rows = list(view.run.table("register").iter_rows(named=True))
    counts = Counter(row["status"] for row in rows)
    words = [say("register_count", status=word("status", s), count=str(n)) for s, n in counts.most_common()]
    joined = {lang: "; ".join(text[lang] for text in words) for lang in LANGS}
    return [
        {
            **table_block("register", say("register"), _COLUMNS, [_entry(row) for row in rows]),
            "reading": say(
                "register_reading", count=str(len(rows)), modeled=str(sum(map(_modeled, rows))), statuses=joined
            ),
            "group": "year",
            "filters": ["status", "lever", "modeled"],
        }
    ]  # fmt: skip


def _modeled(row: dict[str, Any]) -> bool:
    return bool(row["measures"])


def _entry(row: dict[str, Any]) -> dict[str, Any]:
    def both(name: str) -> Text:
        return {"en": row[name] or "", "es": row[f"{name}_es"] or row[name] or ""}

    def joined(prefix: str, name: str) -> Text:
        words = [word(prefix, code) for code in (row[name] or "").split(";") if code]
        return {lang: "; ".join(text[lang] for text in words) for lang in LANGS}

    levers = [word("levername", lever) for lever in (row["levers"] or "").split(";") if lever]
    return {
        **{key: row[key] for key in ("known_from", "strength", "weak", "publisher")},
        "year": dict.fromkeys(LANGS, str(row["known_from"].year) if row["known_from"] else ""),
        "status": word("status", row["status"]),
        "actor": both("actor"),
        "entry": both("name"),
        "levers": joined("levername", "levers"),
        "scope": both("scope"),
        "note": both("note"),
        "grade": joined("grade", "grade"),
        "source_grade": word("source", row["source_grade"]),
        "filter": {
            "status": [word("status", row["status"])],
            "lever": levers,
            "modeled": [say("register_modeled_yes" if _modeled(row) else "register_modeled_no")],
        },
    }
