"""A launch that is watched by scripts: its plan, a folder for them, and ways to ask."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from evtui.clock import ManualClock
from evtui.domain.campaign import Campaign, ErrorPolicy, Product, Shop
from evtui.domain.reading import Answer, Lookup, Topic
from evtui.providers.base import Context
from evtui.providers.command import CommandProvider
from evtui.providers.command_settings import CommandSettings

OPENS = datetime(2024, 1, 25, 2, 0, tzinfo=UTC)
NOW = OPENS + timedelta(minutes=30)

STOCK = {"fields": {"page_id": "page", "selling": "left"}}
TRAFFIC = {"fields": {"minute": "at", "requests": "n"}}
ORDERS = {
    "fields": {
        "ts_code": "ts",
        "tg_code": "tg",
        "quantity": "qty",
        "created_at": "at",
        "status_user": "status",
        "page_id": "page",
    },
    "constants": {"shop_id": 28},
}


def campaign() -> Campaign:
    closes = OPENS + timedelta(days=16)
    return Campaign(
        id="launch",
        name="launch",
        market="HK",
        environment="QA",
        zone=ZoneInfo("Asia/Hong_Kong"),
        currency="HKD",
        shop=Shop(28, "shop"),
        products=tuple(Product(page, "page", "page", 1.0, 1, OPENS, closes, 10) for page in (370490, 370480)),
        errors=ErrorPolicy(baseline=timedelta(hours=1)),
    )


class Desk:
    """A folder with scripts in it, and the providers that run them."""

    def __init__(self, folder: Path, environ: dict[str, str]) -> None:
        self.folder = folder
        self.clock = ManualClock(NOW)
        self.environ = environ

    def script(self, text: str, name: str = "source.sh", mode: int = 0o755) -> Path:
        path = self.folder / name
        path.write_text(text if text.startswith("#!") else f"#!/bin/sh\n{text}\n", encoding="utf-8")
        path.chmod(mode)
        return path

    def provider(self, topic: Topic | Lookup | None = None, **keys: Any) -> CommandProvider:
        keys = {"command": ["./source.sh"], "map": STOCK} | keys
        settings = msgspec.convert(keys, CommandSettings)
        context = Context(campaign(), self.clock, self.environ, str(self.folder), topic=topic)
        return CommandProvider.open(settings, context)

    async def poll(self, script: str, topic: Topic = Topic.STOCK, **keys: Any) -> Answer:
        """The answer of a script that is written for it."""
        self.script(script)
        provider = self.provider(topic, **keys)
        try:
            return await provider.poll(topic, None)
        finally:
            await provider.aclose()
