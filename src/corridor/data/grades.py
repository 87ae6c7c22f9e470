"""How far a figure's source can be trusted, by a stated rule rather than by taste."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal
from urllib.parse import urlsplit

EvidenceGrade = Literal["primary", "secondary", "repost", "unconfirmed", "derived"]

_WEAK = re.compile(r"\b(unconfirmed|inferred)\b", re.IGNORECASE)
_UNDATED = re.compile(r"\bundated\b", re.IGNORECASE)
_COPY = re.compile(r"\b(repost\w*|mirror\w*|excerpting)\b", re.IGNORECASE)
_OFFICIAL = re.compile(r"(^|\.)(gov|gob\.mx|mil)$")
_PAPERS = frozenset(
    [
        "nber.org",
        "papers.ssrn.com",
        "doi.org",
        "sjes.springeropen.com",
        "cepr.org",
        "piie.com",
        "rand.org",
        "trac.syr.edu",
        "kingcenter.stanford.edu",
        "ora.ox.ac.uk",
        "benny.aeaweb.org",
        "americanprogress.org",
        "wola.org",
        "cis.org",
    ]
)
"""Hosts of institutions that publish their own studies there."""

_CITY_OWN = (
    "City of New York",
    "NYC Comptroller",
    "NYC Mayor's Office",
    "48th Ward, City of Chicago",
    "MA Executive Offices",
    "DC Department of Human Services",
)


def evidence_grade(words: Iterable[str], publisher: str, url: str) -> EvidenceGrade:
    """Grade of a row of evidence.

    ``unconfirmed`` if the row's words say unconfirmed, inferred or undated; ``repost`` if it speaks of a repost
    or a mirror; ``primary`` if read at a government's own site or at that of the institution whose study
    it is; else ``secondary``.
    """
    text = " ".join(words)
    if _WEAK.search(text):
        return "unconfirmed"
    if _COPY.search(f"{text} {publisher} {url}"):
        return "repost"
    host = urlsplit(url.split(" ")[0] if "://" in url else f"https://{url}").hostname or ""
    if _OFFICIAL.search(host) or host.removeprefix("www.") in _PAPERS:
        return "primary"
    return "secondary"


def city_grade(words: Iterable[str], publisher: str) -> EvidenceGrade:
    """Grade of a dated point about a city: ``primary`` only for the place's own government.

    ``unconfirmed`` also where the date of the source is not known.
    """
    text = " ".join(words)
    if publisher.startswith("from ") or "DERIVED" in text:
        return "derived"
    if _WEAK.search(text) or _UNDATED.search(text):
        return "unconfirmed"
    if _COPY.search(f"{text} {publisher}"):
        return "repost"
    return "primary" if publisher.startswith(_CITY_OWN) else "secondary"
