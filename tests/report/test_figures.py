"""Numbers and forecasts as every way of telling writes them."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from evtui.report.figures import at, known, number, outlook
from evtui.report.words import UNKNOWN
from evtui.store.sales import Forecast, Outlook

ZONE = ZoneInfo("Asia/Hong_Kong")
NOON = datetime(2024, 1, 25, 4, tzinfo=UTC)


@pytest.mark.parametrize("value", [None, math.nan, math.inf, 10**400])
def test_what_cannot_be_computed_with_is_not_known(value: float | None) -> None:
    assert known(value) is None
    assert number(value) == UNKNOWN


def test_a_forecast_says_its_range_only_where_it_has_one() -> None:
    def told(late: timedelta | None, **wish: bool) -> str:
        latest = None if late is None else NOON + late
        return outlook(Forecast(Outlook.EXPECTED, NOON, NOON, latest), ZONE, NOON, **wish)

    assert told(timedelta(hours=1)) == "~12:00"
    assert told(timedelta(hours=1), with_range=True) == "~12:00 (12:00–13:00)"
    assert told(timedelta(), with_range=True) == "~12:00"
    assert told(None, with_range=True) == "~12:00 (12:00–close)"
    assert outlook(Forecast(Outlook.TOO_FEW), ZONE, NOON) == "too few sales"


def test_a_time_beyond_the_calendar_of_a_zone_is_unknown() -> None:
    assert at(datetime.max.replace(tzinfo=UTC), ZONE) == UNKNOWN
    assert at(NOON, ZONE) == "12:00:00"
