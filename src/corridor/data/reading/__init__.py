"""Reading anyone's table of counts: what it is follows from the file, and is said."""

from corridor.data.reading.options import ReadOptions
from corridor.data.reading.understand import Understood, understand

__all__ = ["ReadOptions", "Understood", "understand"]
