"""Statements checked against published counts."""

from corridor.claims.check import check_claims
from corridor.claims.verdict import COLUMNS, Figure, Verdict, verdict_row, verdict_table

__all__ = ["COLUMNS", "Figure", "Verdict", "check_claims", "verdict_row", "verdict_table"]
