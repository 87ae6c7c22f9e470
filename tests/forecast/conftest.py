from __future__ import annotations

import pytest

from corridor.forecast import Panel, standard_panels


@pytest.fixture(scope="session")
def panels() -> dict[str, Panel]:
    return standard_panels()
