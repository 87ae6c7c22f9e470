"""Tidy datasets with their sources, publication lags and repairs."""

from corridor.data.cbp import agency_datasets
from corridor.data.checks import check_dataset
from corridor.data.dataset import Dataset
from corridor.data.editions import Refreshed
from corridor.data.fetch import read_source
from corridor.data.intake import refresh
from corridor.data.own_series import About, Added, add, remove, rename
from corridor.data.reading import ReadOptions, Understood, understand
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
    "ReadOptions",
    "Refreshed",
    "Understood",
    "add",
    "agency_datasets",
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
    "remove",
    "rename",
    "shipped",
    "understand",
]
