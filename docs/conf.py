"""The documentation as a site: ``sphinx-build -W -b html docs SITE``."""

import re
from importlib.metadata import version as version_of

project = "Corridor"
author = "The Corridor authors"
copyright = "2023, The Corridor authors"
version = release = version_of("corridor")

extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence"]
highlight_language = "none"
suppress_warnings = ["misc.highlighting_failure"]  # tables as CSV stay plain

html_theme = "furo"
html_title = f"Corridor {version}"
html_show_sphinx = False
html_copy_source = False

OUTSIDE = re.compile(
    r"\[([^\]]+)\]\((?:\.\./)+((?:README|CONTRIBUTING|CHANGELOG|examples/README)\.md)[^)]*\)"
)


def name_files_outside(app, docname, source):
    """Links to pages of the repository that are not part of the site become their names."""
    source[0] = OUTSIDE.sub(r"\1 (`\2`)", source[0])


def setup(app):
    """Called by Sphinx."""
    app.connect("source-read", name_files_outside)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
