"""Numbers by segment become the daily probability of every edge."""

from __future__ import annotations

import numpy as np

from corridor.engine.index import CorridorIndex
from corridor.engine.kernels.rates import fill_rates, split_hazard, sum_shares
from corridor.engine.network import Network
from corridor.engine.spec import Floats, Values

MOST_OFF_A_JOURNEY = 0.999
"""Largest probability per journey of all flows off a route together."""


def edge_rates(index: CorridorIndex, network: Network, values: Values) -> Floats:
    """Probability per day of every edge, shape (segments, edges)."""
    leave = np.minimum(1.0, index.stay_stages[None, :, None] / values.stay_days)
    advance = np.minimum(1.0, index.route_stages / np.maximum(values.travel_days, 1e-9))
    incident = _incident_rates(index, values.share, advance)
    rate = np.zeros((len(advance), network.edge_dest.size))
    hazard = values.daily_probability
    fill_rates(*network.by_rule, values.share, hazard, leave, advance, incident, rate)
    return rate


def _incident_rates(index: CorridorIndex, share: Floats, advance: Floats) -> Floats:
    """Hazard per stage and day of each flow off a route, such that the journey's probability is met.

    With k stages left at rate p, a hazard q competing in each gives a journey probability
    1 - (p / (p + q))^k; solved for q and split in proportion to the journey probabilities.
    """
    routes, lists = index.left_routes, index.off_route_lists
    total = np.zeros((len(share), routes.size, share.shape[2]))
    sum_shares(*lists, share, total)
    left = 1.0 - np.minimum(total, MOST_OFF_A_JOURNEY)
    stages = index.route_stages[routes]
    for k in np.unique(stages):
        left[:, stages == k] **= -1.0 / k
    hazard = advance[:, routes, None] * (left - 1.0)
    out = np.zeros(share.shape)
    split_hazard(*lists, share, total, hazard, out)
    return out
