"""Tidy datasets with their sources, publication lags and repairs."""

from corridor.data.checks import check_dataset
from corridor.data.dataset import Dataset, Gap
from corridor.data.store import (
    EvidenceEntry,
    datasets,
    describe,
    describe_evidence,
    evidence,
    evidence_tables,
    load,
)

__all__ = [
    "Dataset",
    "EvidenceEntry",
    "Gap",
    "check_dataset",
    "datasets",
    "describe",
    "describe_evidence",
    "evidence",
    "evidence_tables",
    "load",
]
