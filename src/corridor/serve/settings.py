"""Settings and limits of the server."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path

from corridor.model import InputError

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1", "[::1]", "testserver")


@dataclass(frozen=True)
class Settings:
    """Where the server listens, what it keeps and what it allows.

    ``folder`` holds the scenarios (SQLite) and the results of ensembles. ``token`` is asked for with every
    request; beyond loopback there must be one. ``webhook`` is called after a run folder was written anew, where
    the chance that ``series`` passes ``line`` is above ``chance``.
    """

    folder: Path
    host: str = "127.0.0.1"
    port: int = 8765
    token: str = ""
    most_bytes: int = 5_000_000
    most_rows: int = 10_000
    most_members: int = 500
    most_seconds: float = 20.0
    most_ensembles: int = 1
    webhook: str = ""
    series: str = ""
    line: float = 0.0
    chance: float = 0.5

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return is_loopback(self.host)

    def check(self) -> Settings:
        """The settings themselves.

        Raises:
            InputError: a server beyond loopback without a token, or a webhook that is no web address.
        """
        if not self.loopback and not self.token:
            raise InputError(
                f"{self.host} can be reached from other machines",
                hint="give a token: --token or CORRIDOR_TOKEN",
            )
        if self.webhook and not self.webhook.startswith(("http://", "https://")):
            raise InputError("the webhook is not a web address", hint="it begins with http:// or https://")
        if self.webhook and not self.series:
            raise InputError("a webhook needs a line", hint="for example --line us_total=300000")
        return self


def is_loopback(host: str) -> bool:
    """Whether a name or address means this machine alone."""
    if host in LOOPBACK_NAMES:
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
