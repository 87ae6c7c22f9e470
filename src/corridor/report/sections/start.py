"""The start page's sentences, and the chance cards."""

from __future__ import annotations

from corridor.report.messages import Text, say
from corridor.report.sections.base import Block, RunView
from corridor.report.sections.cards import chance_cards, first_cards
from corridor.report.sections.leads import Spoken, change, next_month, record


class Answer:
    """The state of the month: what is coming, what the measures would change, how wrong it has been."""

    id = "answer"
    title = say("answer")

    def available(self, view: RunView) -> bool:
        """Whether anything can be said."""
        return bool(told(view))

    def payload(self, view: RunView) -> list[Block]:
        """Up to three sentences, each number a link to where it comes from."""
        return [{"type": "answer", "sentences": told(view)}]


class Chances:
    """The chance that a published series passes the reader's line."""

    id = "chances"
    title = say("cards_title")

    def available(self, view: RunView) -> bool:
        """Whether any series has been published and forecast."""
        return bool(chance_cards(view))

    def payload(self, view: RunView) -> list[Block]:
        """A card for each series and city, some of them open."""
        cards = chance_cards(view)
        intro = say("cards_intro", scenario=view.name(view.scenarios[0]))
        first = first_cards(view, [card["id"] for card in cards])
        return [
            {
                "type": "cards",
                "title": say("cards_pick_title"),
                "intro": intro,
                "cards": cards,
                "first": first,
            }
        ]


def told(view: RunView) -> list[Spoken]:
    """The sentences of the start page; those without tables are left out."""
    found = (next_month(view), change(view), record(view))
    return [sentence for sentence in found if sentence is not None]


def sentences(view: RunView) -> list[Text]:
    """The texts of :func:`told`."""
    return [sentence["text"] for sentence in told(view)]
