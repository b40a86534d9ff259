"""A home folder as the AWS CLI keeps one, and ways to ask AWS from it; no test meets anybody's own."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from moto_server import KEYS, REGION

from evtui.clock import Clock, ManualClock
from evtui.domain.campaign import Campaign, Product, Service, Shop
from evtui.providers._aws import Aws, AwsSettings
from evtui.providers.base import Context

NOW = datetime(2024, 1, 25, 2, 30, tzinfo=UTC)
"""What the program's clock says; the SDK signs by the machine's."""

OPENS = datetime(2024, 1, 25, 2, 0, tzinfo=UTC)
CLOSES = datetime(2024, 2, 9, 15, 59, tzinfo=UTC)
PRODUCT = Product(370490, "voucher", "voucher", 500.0, 3, OPENS, CLOSES, 4800)


def launch(*services: Service) -> Campaign:
    """A launch on these services."""
    zone = ZoneInfo("Asia/Hong_Kong")
    return Campaign("cny", "CNY", "HK", "PROD", zone, "HKD", Shop(28, "CUAPP"), (PRODUCT,), services=services)


def context(*services: Service, clock: Clock | None = None, folder: str = ".") -> Context:
    """What a provider is given for a launch on these services."""
    return Context(launch(*services), clock or ManualClock(NOW), os.environ, folder=folder)


def ask(url: str = "", clock: Clock | None = None, *, region: str = REGION, **settings: object) -> Aws:
    """A way to ask AWS at this address."""
    made = AwsSettings(region=region, endpoint_url=url, **settings)  # type: ignore[arg-type]
    return Aws.open(made, context(clock=clock))


class AwsHome:
    """Files and variables that the SDK reads."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.config = folder / ".aws" / "config"
        self.credentials = folder / ".aws" / "credentials"
        self._monkeypatch = monkeypatch
        self.config.parent.mkdir()

    def environ(self, **values: str | None) -> None:
        """Set variables, or with None take them away."""
        for name, value in values.items():
            if value is None:
                self._monkeypatch.delenv(name, raising=False)
            else:
                self._monkeypatch.setenv(name, value)

    def without_keys(self) -> None:
        """Take the keys out of the environment."""
        self.environ(**dict.fromkeys(KEYS))

    def profile(self, name: str, **values: str) -> None:
        """Write one profile of the credentials file; the others go."""
        lines = [f"{key} = {value}" for key, value in values.items()]
        self.credentials.write_text("\n".join((f"[{name}]", *lines, "")), encoding="utf-8")
