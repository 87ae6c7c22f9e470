"""What readers read, in English and Spanish: sentences as data, one rule for numbers and dates."""

from corridor.text.dates import MONTHS, day, month, period
from corridor.text.messages import (
    Message,
    Pair,
    by_lang,
    has,
    join,
    message,
    say,
    sentence,
    subject,
    subjects,
    templates,
)
from corridor.text.names import Term, glossary, nationality, nationality_codes, plain, word
from corridor.text.numbers import LANGS, Lang, chance, number, percent, rounded, significant
from corridor.text.retold import retold
from corridor.text.templates import RULES, Template, TextError

__all__ = [
    "LANGS",
    "MONTHS",
    "RULES",
    "Lang",
    "Message",
    "Pair",
    "Template",
    "Term",
    "TextError",
    "by_lang",
    "chance",
    "day",
    "glossary",
    "has",
    "join",
    "message",
    "month",
    "nationality",
    "nationality_codes",
    "number",
    "percent",
    "period",
    "plain",
    "retold",
    "rounded",
    "say",
    "sentence",
    "significant",
    "subject",
    "subjects",
    "templates",
    "word",
]
