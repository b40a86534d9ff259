"""The plan's own arithmetic: windows, days, and how far back sources have to tell."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from evtui.domain.campaign import Campaign, Product, Service, Shop

ZONE = ZoneInfo("Asia/Hong_Kong")
OPEN = datetime(2024, 1, 25, 10, 0, tzinfo=ZONE)
CLOSE = datetime(2024, 2, 9, 23, 59, tzinfo=ZONE)
FIRST = Product(1, "one", "one", 1000.0, 3, OPEN, CLOSE, 10)
SECOND = Product(2, "two", "two", 500.0, 6, OPEN + timedelta(hours=2), CLOSE + timedelta(hours=1), 10)
PLAN = Campaign("id", "name", "HK", "PROD", ZONE, "HKD", Shop(28, "shop"), (SECOND, FIRST), services=(Service("MWeb"),))


def test_the_launch_lasts_from_the_first_opening_to_the_last_close() -> None:
    assert (PLAN.opens, PLAN.closes) == (OPEN, CLOSE + timedelta(hours=1))


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (OPEN, 1),
        (datetime(2024, 1, 25, 15, 59, 59, tzinfo=UTC), 1),
        (datetime(2024, 1, 25, 16, 0, tzinfo=UTC), 2),
        (OPEN - timedelta(days=1), 0),
        (CLOSE, 16),
    ],
)
def test_days_are_those_of_the_campaigns_zone(moment: datetime, day: int) -> None:
    assert PLAN.day(moment) == day


def test_a_sale_of_sixteen_days_has_sixteen() -> None:
    assert replace(PLAN, products=(FIRST,)).days == 16
    assert PLAN.days == 17


def test_things_are_found_by_what_they_are_known_by() -> None:
    assert PLAN.product(1) is FIRST
    assert PLAN.product(None) is PLAN.product(3) is None
    assert PLAN.service("MWeb") is PLAN.services[0]
    assert PLAN.service("mweb") is None


@pytest.mark.parametrize(
    ("fixed", "scaled", "planned"), [(1, 3, 4), (1, None, 1), (None, 3, 3), (0, 0, 0), (None, None, None)]
)
def test_machines_planned_are_known_once_any_are(fixed: int | None, scaled: int | None, planned: int | None) -> None:
    assert Service("s", planned_fixed=fixed, planned_scaled=scaled).planned == planned


@pytest.mark.parametrize("now", [OPEN - timedelta(days=3), OPEN, OPEN + timedelta(days=3)])
def test_history_holds_the_whole_baseline(now: datetime) -> None:
    start = PLAN.history_start(now)
    assert start == min(now, OPEN) - timedelta(hours=24)
    assert start.tzinfo is UTC
