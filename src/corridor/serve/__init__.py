"""The same pages from one process: JSON of everything, saved scenarios, ensembles on demand.

``corridor serve`` starts it; `make_app` gives the Starlette application. It needs the extra ``serve``.
"""

from corridor.serve.app import make_app
from corridor.serve.runs import Runs
from corridor.serve.settings import Settings

__all__ = ["Runs", "Settings", "make_app"]
