"""Triggers: what they see in the evening, and whether they are on in the morning."""

from __future__ import annotations

from corridor.engine.kernels.cache import kernel


@kernel
def count_watched(day, month, want, daily_stock, watch, seen):
    """People that each trigger counts on ``day``."""
    for t in range(watch.stock.size):
        people = 0.0
        if watch.stock[t] >= 0:
            people = daily_stock[day, watch.stock[t]]
        else:
            for at in range(watch.edge_start[t], watch.edge_start[t + 1]):
                people += want[watch.edges[at]] * watch.weight[month, at]
        seen[day, t] = people


@kernel
def switch_triggers(day, watch, state, seen):
    """Set ``state.on`` for the day after ``day``; True if any trigger changes.

    ``seen`` (D, T). Nothing is judged before there are as many days as the window has.
    """
    tomorrow = day + 1
    if tomorrow >= watch.allowed.shape[0]:
        return False
    changed = False
    for t in range(watch.stock.size):
        was_on = state.on[t]
        if was_on:
            state.days_on[t] += 1
            state.used[t] += 1
        if watch.new_year[tomorrow]:
            state.used[t] = 0
        above = seen[day, t] > watch.day_above[t]
        below = False
        if tomorrow >= watch.window[t]:
            mean = 0.0
            for back in range(watch.window[t]):
                mean += seen[day - back, t]
            mean /= watch.window[t]
            above = above or mean > watch.on_above[t]
            below = mean < watch.off_below[t]
        state.below[t] = state.below[t] + 1 if below else 0
        low = state.below[t] >= watch.off_days[t]
        if low:
            state.spent[t] = False
        if was_on:
            on = not (low and state.days_on[t] >= watch.min_days[t])
            if state.days_on[t] >= watch.max_days[t]:
                on = False
                state.spent[t] = not low
        else:
            on = above and not state.spent[t]
        on = on and state.used[t] < watch.allowed[tomorrow, t]
        if on != was_on:
            state.on[t] = on
            state.days_on[t] = 0
            changed = True
    return changed
