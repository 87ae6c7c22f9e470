"""Who sets out on a day, and how a month splits over its days."""

from __future__ import annotations

import numpy as np

from corridor.engine.kernels.cache import kernel
from corridor.engine.kernels.random import binomial_quantile, poisson_quantile, uniform_pair


@kernel
def depart(stochastic, seed, member, key_day, day, layout, inputs, count, state):
    """Departures and arrivals of events enter their cells; returns how many people they are."""
    new_month = day == 0 or inputs.day_month[day - 1] != inputs.day_month[day]
    entered = 0.0
    for p in range(inputs.depart_cell.size):
        cell = inputs.depart_cell[p]
        if stochastic:
            u, v = 0.0, 0.0
            if new_month or state.left[p] > 0.0:
                u, v = uniform_pair(seed, member, inputs.depart_stream[p], key_day)
            if new_month:
                state.expected[p] = inputs.depart_rest[day, p]
                state.left[p] = poisson_quantile(u, state.expected[p])
            part = inputs.depart_part[day, p]
            units = float(binomial_quantile(v, int(state.left[p]), part))
            state.left[p] -= units
            state.expected[p] *= 1.0 - part
        else:
            units = inputs.depart_mean[day, p]
        count[cell] += units
        entered += units * layout.cell_size[cell]
    for q in range(layout.arrival_cell.size):
        cell = layout.arrival_cell[q]
        count[cell] += inputs.arrivals[day, q]
        entered += inputs.arrivals[day, q] * layout.cell_size[cell]
    return entered


@kernel
def month_parts(day_month, mean, weight):
    """How months split over their days, three arrays of shape (D, P).

    Expected units from a day to the end of its month; the part of them that is of this day, by
    ``mean`` x ``weight``; and the sum of those products to the end of the month.
    """
    rest, part, ahead = np.zeros(mean.shape), np.zeros(mean.shape), np.zeros(mean.shape)
    days = mean.shape[0]
    for back in range(days):
        day = days - 1 - back
        goes_on = day + 1 < days and day_month[day + 1] == day_month[day]
        for p in range(mean.shape[1]):
            here = mean[day, p] * weight[day, p]
            rest[day, p] = mean[day, p] + (rest[day + 1, p] if goes_on else 0.0)
            ahead[day, p] = here + (ahead[day + 1, p] if goes_on else 0.0)
            part[day, p] = here / ahead[day, p] if ahead[day, p] > 0.0 else 0.0
    return rest, part, ahead


@kernel
def change_departures(seed, member, key_day, streams, wanted, state):
    """Bring what is left of a month to the expectation ``wanted`` (P): thin it or add to it, so that it
    stays Poisson."""
    for p in range(streams.size):
        u, _ = uniform_pair(seed, member, streams[p], key_day)
        if wanted[p] < state.expected[p]:
            kept = wanted[p] / state.expected[p]
            state.left[p] = float(binomial_quantile(u, int(state.left[p]), kept))
        elif wanted[p] > state.expected[p]:
            state.left[p] += float(poisson_quantile(u, wanted[p] - state.expected[p]))
        state.expected[p] = wanted[p]
