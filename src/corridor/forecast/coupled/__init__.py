"""One baseline: a corridor's run on the level, and with the margins, of the default forecast.

What the forecast's medians ask of departures, of the people on the way at the start, of shares and of hazards is solved on expected
values (``sources``, ``solve``, ``controls``) and handed to the engine as :class:`corridor.engine.MemberPaths` (``coupling``). The
counts of the members are then carried to joint draws of the forecast (``draws``, ``margins``).
"""

from corridor.forecast.coupled.coupling import Coupling, couple
from corridor.forecast.coupled.margins import Draws, Margins, central_margins, margins_of

__all__ = ["Coupling", "Draws", "Margins", "central_margins", "couple", "margins_of"]
