"""Corridor: an open planning engine for migration corridors."""

__version__ = "0.1.0"
