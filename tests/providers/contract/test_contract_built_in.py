"""The built-in sources that need no server keep the contract: the simulation, ELMAH's folder, SQL tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from elmah_writer import Written, numbered, put
from sql_shop import Shopfront
from sql_shop import campaign as sql_campaign

from evtui.clock import Clock, ManualClock
from evtui.domain.campaign import Campaign
from evtui.domain.reading import Topic
from evtui.providers.elmah import ElmahProvider
from evtui.providers.simulated.provider import SimulatedProvider
from evtui.providers.sql import SqlProvider
from evtui.providers.testing import OPENS, ProviderContract


class TestSimulated(ProviderContract):
    """The world answers everything."""

    provider = SimulatedProvider


class TestSimulatedTrouble(ProviderContract):
    """Tables that cannot be reached for some minutes of a day that was made up so."""

    provider = SimulatedProvider
    settings: ClassVar[Mapping[str, object]] = {"scenario": "outage"}
    topics = frozenset({Topic.STOCK, Topic.ORDERS})
    at = timedelta(minutes=5)

    def clock(self) -> Clock:
        return ManualClock(OPENS + self.at)

    def make_fail(self) -> None:
        self.at = timedelta(minutes=13)


class TestElmah(ProviderContract):
    """A folder with three errors."""

    provider = ElmahProvider

    @pytest.fixture(autouse=True)
    def errors(self, tmp_path: Path) -> None:
        self.path = tmp_path / "elmah"
        self.path.mkdir()
        for number in range(3):
            put(self.path, numbered(number, OPENS + timedelta(minutes=number)))

    def table(self) -> Mapping[str, object]:
        return {"folder": str(self.path)}

    def make_fail(self) -> None:
        self.path.rename(self.path.with_name("moved"))

    def make_say(self, text: str) -> None:
        put(self.path, Written(at=OPENS, message=text, application=text, host=text, source=text))


class TestSql(ProviderContract):
    """Tables in a file of SQLite, which a writer can lock."""

    provider = SqlProvider
    overlap = 3
    lock: Any = None

    @pytest.fixture(autouse=True)
    def tables(self, tmp_path: Path) -> Iterator[None]:
        self.path = tmp_path / "shop.db"
        self.shop = Shopfront(f"sqlite:///{self.path}")
        for number in range(1, 4):
            self.shop.order(number, number)
        for sku in (11, 12, 13, 14):
            self.shop.level(sku, 100, 1, 0, 99)
        yield
        if self.lock is not None:
            self.lock.close()
        self.shop.close()

    def table(self) -> Mapping[str, object]:
        return {"url": f"sqlite:///{self.path}", "query_timeout": 5.0}

    def campaign(self) -> Campaign:
        return sql_campaign()

    def clock(self) -> Clock:
        return ManualClock(OPENS + timedelta(hours=2))

    def make_fail(self) -> None:
        self.path.unlink()

    def make_hang(self) -> None:
        self.lock = self.shop.engine.raw_connection()
        self.lock.execute("BEGIN EXCLUSIVE")

    def make_say(self, text: str) -> None:
        self.shop.order(9, 30, status=text, status_user=text, status_scm=text, status_slave=text)
