"""Did a measure work? Counts compared with those expected from the months before, with intervals and checks."""

from corridor.evaluate.cards import effects_of, questions_of
from corridor.evaluate.checks import EffectCheck
from corridor.evaluate.counterfactual import Counterfactual, fit_counterfactual
from corridor.evaluate.effect import EffectEstimate, Span, measure_effect
from corridor.evaluate.lookup import build_question, dated_measures, events_around
from corridor.evaluate.pool import Pooled, measure_row, pool, pools
from corridor.evaluate.question import Question, estimate, first_month
from corridor.evaluate.series import monthly_counts
from corridor.evaluate.tables import CHECK_COLUMNS, EFFECTS, effect_object, effect_tables
from corridor.series import PublishedSeries

__all__ = [
    "CHECK_COLUMNS",
    "EFFECTS",
    "Counterfactual",
    "EffectCheck",
    "EffectEstimate",
    "Pooled",
    "PublishedSeries",
    "Question",
    "Span",
    "build_question",
    "dated_measures",
    "effect_object",
    "effect_tables",
    "effects_of",
    "estimate",
    "events_around",
    "first_month",
    "fit_counterfactual",
    "measure_effect",
    "measure_row",
    "monthly_counts",
    "pool",
    "pools",
    "questions_of",
]
