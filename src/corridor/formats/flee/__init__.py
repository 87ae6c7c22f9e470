"""Folders of Flee, the open agent-based simulator of displacement, as corridor folders."""

from corridor.formats.flee.convert import Imported, import_flee

__all__ = ["Imported", "import_flee"]
