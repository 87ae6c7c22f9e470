"""A study that was run, and what came of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from corridor.study.run import Study, run_study

AS_OF = dt.date(2023, 12, 31)


@dataclass(frozen=True)
class Done:
    """A study and what came of it."""

    study: Study
    tables: Mapping[str, pl.DataFrame]
    manifest: Mapping[str, Any]


def done(study: Study, **options: Any) -> Done:
    tables, manifest = run_study(study, **options)
    return Done(study, tables, manifest)
