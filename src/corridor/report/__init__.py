"""Sections, charts and the one-file HTML report, all from a run folder."""

from corridor.report.html import write_html
from corridor.report.sections import SECTIONS, Section, chance_above
from corridor.study.folder import RunFolder

__all__ = ["SECTIONS", "RunFolder", "Section", "chance_above", "write_html"]
