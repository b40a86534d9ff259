"""What every source on AWS takes from the campaign file."""

from __future__ import annotations

from urllib.parse import urlsplit

from evtui.errors import UsageError
from evtui.providers import base
from evtui.redact import admit

ATTEMPTS = 2
"""Tries of one call in all: the collector asks again anyway, and a screen waits for the first word."""

GRACE_S = 2.0
"""Seconds beyond the SDK's own limits after which a call is left to its thread."""

LONGEST_WAIT_S = 60.0
"""The longest time limit that can be set: a question must not outlive the pace it is asked at."""


class AwsSettings(base.Settings, frozen=True, kw_only=True):
    """What every source on AWS takes; left out, each is as the AWS CLI has it."""

    profile: str = ""
    """Profile of `~/.aws/config`."""
    region: str = ""
    endpoint_url: str = ""
    """Another address to ask, such as a private endpoint."""
    connect_timeout: float = 3.0
    """Seconds."""
    read_timeout: float = 8.0
    """Seconds until an answer begins, and again until it is complete."""
    ca_bundle: str = ""
    """File of the certificates to trust."""
    proxy: str = ""
    """Address of a proxy, where the environment does not say."""


def check(settings: AwsSettings) -> None:
    """Refuse what cannot be meant.

    Raises:
        UsageError: names the setting, its value and what would be right.
    """
    for name in ("connect_timeout", "read_timeout"):
        seconds = getattr(settings, name)
        if not 0 < seconds <= LONGEST_WAIT_S:
            raise UsageError(f"{name}: {seconds:g} cannot be; seconds, above 0 and up to {LONGEST_WAIT_S:g}")
    for name in ("endpoint_url", "proxy"):
        address = getattr(settings, name)
        parts = urlsplit(address)
        if address and not (parts.scheme in ("http", "https") and parts.hostname):
            raise UsageError(f"{name}: {admit(address, 100)!r} is not an address; such as http://127.0.0.1:5000")


def limit_s(settings: AwsSettings) -> float:
    """Seconds after which a call is no longer waited for: the SDK's own limits, and a little more."""
    return ATTEMPTS * (settings.connect_timeout + 2 * settings.read_timeout) + GRACE_S
