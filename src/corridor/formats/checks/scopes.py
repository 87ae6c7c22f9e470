"""Which groups a word in a ``group`` or ``groups`` column means, and how specific it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from corridor.model import Group


class Scopes:
    """Nationalities, households and group ids of one corridor."""

    def __init__(self, groups: Sequence[Group]) -> None:
        self.groups = tuple(groups)
        self.nationalities = frozenset(group.nationality for group in groups)
        self.households = frozenset(group.household for group in groups)
        self.ids = frozenset(group.id for group in groups)

    @property
    def words(self) -> frozenset[str]:
        """Every word that means some groups."""
        return self.nationalities | self.households | self.ids

    def ambiguous(self) -> Iterable[str]:
        """Words with two meanings, for example a household named as a nationality is."""
        for word in sorted(self.words):
            meanings = {
                members
                for members in (
                    frozenset(g.id for g in self.groups if g.id == word),
                    frozenset(g.id for g in self.groups if g.nationality == word),
                    frozenset(g.id for g in self.groups if g.household == word),
                )
                if members
            }
            if len(meanings) > 1:
                yield word

    @staticmethod
    def ladder(group: Group) -> tuple[str, ...]:
        """Scopes that hold for ``group``, most specific first; the blank scope is everybody."""
        return (group.id, group.nationality, group.household, "")

    @classmethod
    def opens(cls, words: Sequence[str], group: Group) -> bool:
        """Whether a list of scopes (empty: all) holds ``group``."""
        return not words or any(word in cls.ladder(group) for word in words)
