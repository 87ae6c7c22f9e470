"""Keys of random streams: hashes of ids, never positions, so that adding a place moves nobody's noise."""

from __future__ import annotations

import hashlib
from functools import lru_cache


@lru_cache(maxsize=1 << 17)
def stream_key(*parts: str) -> int:
    """A 64-bit key for a named random process, e.g. ``stream_key("flow", "tapachula.leave", "VEN.family")``."""
    digest = hashlib.blake2b("\x1f".join(parts).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little")
