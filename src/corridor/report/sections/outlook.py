"""Will it pass a line? One large fan chart with the reader's line and past forecasts, and small ones of every other series."""

from __future__ import annotations

from corridor.report.messages import say
from corridor.report.sections.base import Block, RunView
from corridor.report.sections.cards import chance_cards
from corridor.report.sections.past import past_levels, past_views


class Outlook:
    """The chance that a series passes the reader's line, with the forecast it is read from."""

    id = "outlook"
    title = say("outlook")

    def available(self, view: RunView) -> bool:
        """Whether a series has been published and forecast."""
        return bool(shown(view))

    def payload(self, view: RunView) -> list[Block]:
        """One block: the page takes the forecasts from the section of fan charts, the chances from the cards."""
        series = shown(view)
        past = {name: found for name in series if (found := past_views(view, name))}
        return [
            {
                "type": "outlook",
                "id": "outlook",
                "title": say("outlook"),
                "series": series,
                "as_of": view.as_of,
                "past": past,
                "past_levels": past_levels(view),
                "source": view.source(*series, simulated=True),
                "query": {"table": "forecast", "where": {}},
            }
        ]


def shown(view: RunView) -> list[str]:
    """Series that have a card and a fan chart, the headline first."""
    have = {card["id"] for card in chance_cards(view)}
    series = [name for name in view.series if name in have]
    return sorted(series, key=lambda name: name != view.headline)
