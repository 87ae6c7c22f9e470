"""Shares and daily probabilities by segment, written for the arrays of one member."""

from __future__ import annotations

import numpy as np

from corridor.engine.kernels.cache import kernel

SHARE = 0  # out of a stock at the end of a stay
HAZARD = 1  # out of a stock on any day
STAY = 2  # to the next stage of a stay
TRAVEL = 3  # to the next stage of a journey, or its end
INCIDENT = 4  # off a journey
EVENT = 5  # out of a stock, only by an event


@kernel
def fill_rates(edges, ends, flow, stock, route, group, share, hazard, leave, advance, incident, rate):
    """Write the probability per day of every edge into ``rate`` (S, E).

    ``edges`` holds the edges of rule SHARE, then HAZARD, STAY, TRAVEL and INCIDENT; those of a rule end at ``ends[rule]``.
    ``flow, stock, route, group`` say, in the same order, where each of them reads ``share, hazard, incident`` (S, F, G),
    ``leave`` (S, K, G) and ``advance`` (S, R).
    """
    for s in range(rate.shape[0]):
        for i in range(ends[SHARE]):
            g = group[i]
            rate[s, edges[i]] = share[s, flow[i], g] * leave[s, stock[i], g]
        for i in range(ends[SHARE], ends[HAZARD]):
            rate[s, edges[i]] = hazard[s, flow[i], group[i]]
        for i in range(ends[HAZARD], ends[STAY]):
            rate[s, edges[i]] = leave[s, stock[i], group[i]]
        for i in range(ends[STAY], ends[TRAVEL]):
            rate[s, edges[i]] = advance[s, route[i]]
        for i in range(ends[TRAVEL], ends[INCIDENT]):
            rate[s, edges[i]] = incident[s, flow[i], group[i]]


@kernel
def normalize_shares(begin, flows, share):
    """Make the shares (S, F, G) out of every stock sum to one where there are any, in place.

    The flows of stock k are ``flows[begin[k]:begin[k + 1]]``.
    """
    total = np.zeros(share.shape[2])
    for s in range(share.shape[0]):
        for k in range(begin.size - 1):
            total[:] = 0.0
            for i in range(begin[k], begin[k + 1]):
                for g in range(total.size):
                    total[g] += share[s, flows[i], g]
            for i in range(begin[k], begin[k + 1]):
                for g in range(total.size):
                    if total[g] > 0.0:
                        share[s, flows[i], g] /= total[g]


@kernel
def sum_shares(begin, flows, share, total):
    """Add the shares (S, F, G) of each list of flows, ``flows[begin[k]:begin[k + 1]]``, to ``total`` (S, K, G)."""
    for s in range(share.shape[0]):
        for k in range(begin.size - 1):
            for i in range(begin[k], begin[k + 1]):
                for g in range(share.shape[2]):
                    total[s, k, g] += share[s, flows[i], g]


@kernel
def split_hazard(begin, flows, share, total, hazard, out):
    """Split the ``hazard`` (S, K, G) of each list of flows in proportion to their shares, into ``out`` (S, F, G)."""
    for s in range(share.shape[0]):
        for k in range(begin.size - 1):
            for i in range(begin[k], begin[k + 1]):
                for g in range(share.shape[2]):
                    if total[s, k, g] > 0.0:
                        out[s, flows[i], g] = hazard[s, k, g] * (share[s, flows[i], g] / total[s, k, g])
