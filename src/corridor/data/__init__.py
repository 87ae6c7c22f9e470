"""Tidy datasets with their sources, publication lags and repairs."""

from corridor.data.checks import check_dataset
from corridor.data.dataset import Dataset
from corridor.data.fetch import read_source
from corridor.data.intake import About, Added, Refreshed, add, refresh
from corridor.data.store import (
    EvidenceEntry,
    datasets,
    describe,
    describe_evidence,
    evidence,
    evidence_tables,
    load,
    shipped,
)
from corridor.data.user import data_folder

__all__ = [
    "About",
    "Added",
    "Dataset",
    "EvidenceEntry",
    "Refreshed",
    "add",
    "check_dataset",
    "data_folder",
    "datasets",
    "describe",
    "describe_evidence",
    "evidence",
    "evidence_tables",
    "load",
    "read_source",
    "refresh",
    "shipped",
]
