"""Did a measure work? Counts compared with those expected from the months before, with intervals and checks."""

from corridor.evaluate.ask import ask, dated_measures, events_around
from corridor.evaluate.cards import effects_of, questions_of
from corridor.evaluate.checks import Check
from corridor.evaluate.counterfactual import Counterfactual, fit
from corridor.evaluate.effect import Effect, Span, measure_effect
from corridor.evaluate.pool import Pooled, measure_row, pool, pools
from corridor.evaluate.question import Question, estimate, first_month
from corridor.evaluate.series import monthly_counts
from corridor.evaluate.tables import CHECK_COLUMNS, EFFECTS, effect_object, effect_tables
from corridor.series import PublishedSeries

__all__ = [
    "CHECK_COLUMNS",
    "EFFECTS",
    "Check",
    "Counterfactual",
    "Effect",
    "Pooled",
    "PublishedSeries",
    "Question",
    "Span",
    "ask",
    "dated_measures",
    "effect_object",
    "effect_tables",
    "effects_of",
    "estimate",
    "events_around",
    "first_month",
    "fit",
    "measure_effect",
    "measure_row",
    "monthly_counts",
    "pool",
    "pools",
    "questions_of",
]
