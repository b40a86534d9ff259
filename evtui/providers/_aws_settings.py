"""What every source on AWS takes from the campaign file."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlsplit

from msgspec import Meta

from evtui.providers import base
from evtui.providers.objections import Objections
from evtui.redact import admit

ATTEMPTS = 2
"""Tries of one call in all: the collector asks again anyway, and a screen waits for the first word."""

GRACE_S = 2.0
"""Seconds beyond the SDK's own limits after which a call is left to its thread."""

LONGEST_WAIT_S = 60.0
"""The longest time limit that can be set: a question must not outlive the pace it is asked at."""


_REGION = re.compile(r"[a-z]{2,4}(?:-[a-z]+){1,3}-\d{1,2}")
_profile = Meta(min_length=1, description='the name of a profile, such as "prod-hk"; without one, leave it out')
_region = Meta(min_length=1, description='a region such as "ap-east-1"; for that of the profile, leave it out')


class AwsSettings(base.Settings, frozen=True, kw_only=True):
    """What every source on AWS takes; left out, each is as the AWS CLI has it."""

    profile: Annotated[str, _profile] = ""
    """Profile of `~/.aws/config`."""
    region: Annotated[str, _region] = ""
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
        SettingsError: names each setting, its value and what would be right.
    """
    found = Objections()
    for name in ("connect_timeout", "read_timeout"):
        seconds = getattr(settings, name)
        if not 0 < seconds <= LONGEST_WAIT_S:
            found.add(f"{name}: {seconds:g} cannot be; seconds, above 0 and up to {LONGEST_WAIT_S:g}")
    for name in ("endpoint_url", "proxy"):
        address = getattr(settings, name)
        if address and not _is_address(address):
            found.add(f"{name}: {admit(address, 100)!r} is not an address; such as http://127.0.0.1:5000")
    if settings.region and not _REGION.fullmatch(settings.region):
        found.add(f"region: {admit(settings.region, 60)!r} cannot be the name of a region; such as ap-east-1")
    found.settle()


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def limit_s(settings: AwsSettings) -> float:
    """Seconds after which a call is no longer waited for: the SDK's own limits, and a little more."""
    return ATTEMPTS * (settings.connect_timeout + 2 * settings.read_timeout) + GRACE_S
