"""The version of the package, for those below the face."""

__version__ = "0.1.0"
