"""Run folder, sections, charts and the one-file HTML report."""

from corridor.report.html import write_html
from corridor.report.run import RunFolder
from corridor.report.schema import TABLES
from corridor.report.sections import SECTIONS, Section, chance_above

__all__ = ["SECTIONS", "TABLES", "RunFolder", "Section", "chance_above", "write_html"]
