"""One baseline: every member of a run takes one joint draw of the combined forecast.

The draws (``draws``) are assigned to members near their own paths (``assign``). What each draw asks of departures, of the people
on the way at the start, of shares and of hazards is solved on expected values (``sources``, ``solve``) and handed to the engine as
:class:`corridor.engine.MemberPaths` (``coupling``).
"""

from corridor.forecast.coupled.coupling import Coupling, couple

__all__ = ["Coupling", "couple"]
