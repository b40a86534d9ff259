"""The JSON of a report: keys, units, and a why beside every null."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from launches import MINUTE, MIXED, NOW, OPENS, Launch, error, order

from evtui.domain.reading import ErrorBatch, Failure, FailureKind, OrderBatch, Topic
from evtui.report.build import build
from evtui.report.model import Format, Style
from evtui.report.render import render

TOP = "version campaign as_of window_s products services traffic errors first_order overdue sources"
PRODUCT = (
    "page_id label opening sold in_flight released delivered remaining_reported remaining_computed drift sold_out_at"
    " sold_out_range"
)


def answer(launch: Launch, window: timedelta | None = None) -> Any:
    return json.loads(render(build(launch.state(), NOW, window), Style.STRICT, Format.JSON))


def without_whys(part: dict[str, Any]) -> str:
    return " ".join(key for key in part if not key.endswith("_why"))


def nulls(part: Any, path: str = "") -> list[str]:
    """Paths of every null that has no sentence beside it."""
    if isinstance(part, dict):
        unknown = {key for key, value in part.items() if value is None} - {"partial"}  # null there: it was whole
        bare = [f"{path}.{key}" for key in unknown if not part.get(f"{key}_why")]
        return bare + [found for key, value in part.items() for found in nulls(value, f"{path}.{key}")]
    if isinstance(part, list):
        return [found for index, value in enumerate(part) for found in nulls(value, f"{path}[{index}]")]
    return []


def test_keys_are_the_agreed_ones() -> None:
    found = answer(Launch(errors=ErrorBatch((error(1, "A.New"),)), orders=OrderBatch((order(words=MIXED),))))
    assert without_whys(found) == TOP
    assert {without_whys(product) for product in found["products"]} == {PRODUCT}
    assert [without_whys(service) for service in found["services"]] == [
        "name cpu_mean cpu_min cpu_max machines_reporting machines_expected"
    ] * 2
    assert without_whys(found["traffic"]) == "per_minute baseline change"
    assert without_whys(found["errors"]) == "special groups"
    assert without_whys(found["first_order"]) == "tg_code ts_code page_id created_at delivered_at"
    assert {without_whys(source) for source in found["sources"]} == {"name state fact_age_s read_age_s why partial"}
    assert [source["name"] for source in found["sources"]] == [str(topic) for topic in Topic]


def test_figures_have_their_units() -> None:
    found = answer(Launch(ages={Topic.STOCK: 90 * MINUTE / 60}))
    assert found["version"] == 1
    assert found["campaign"] == "cuapp-cny-2024"
    assert found["as_of"] == "2024-01-25T10:30:00+08:00"
    assert found["window_s"] == 1800
    assert found["first_order"]["created_at"] == "2024-01-25T10:02:26+08:00"
    assert found["first_order"]["delivered_at"] == "2024-01-25T10:08:35+08:00"
    assert found["traffic"] == {"per_minute": 1100.0, "baseline": 1000.0, "change": 0.1}
    assert found["sources"][0]["read_age_s"] == 90
    assert found["products"][2]["sold"] == 1


def test_overdue_lines_carry_both_statuses() -> None:
    now_late = order(after=timedelta(minutes=2), words=MIXED)
    state = Launch(orders=OrderBatch((now_late,)), now=OPENS + timedelta(hours=2)).state()
    text = render(build(state, OPENS + timedelta(hours=2)), Style.FULL, Format.JSON)
    assert json.loads(text)["overdue"] == [
        {
            "tg_code": "TG240125L00042",
            "ts_code": "TS240125L000042",
            "page_id": 370478,
            "age_s": 7080,
            "clock": "created",
            "status_user": "ConfirmedToShipping",
            "status_scm": "WaitingToShipping",
        }
    ]


@pytest.mark.parametrize(
    "launch",
    [
        Launch(),
        Launch(orders=None, stock=None, cpu=None, traffic=None, errors=None),
        Launch(ages=dict.fromkeys(Topic, timedelta(hours=1))),
        Launch(orders=OrderBatch(()), errors=Failure(FailureKind.DATA, "")),
        Launch(orders=OrderBatch((order(page_id=None),))),
    ],
)
def test_every_null_says_why(launch: Launch) -> None:
    assert nulls(answer(launch)) == []


def test_unknown_errors_are_not_an_empty_list() -> None:
    found = answer(Launch(errors=Failure(FailureKind.DOWN, "refused")))
    assert found["errors"]["groups"] is None
    assert found["errors"]["special_why"] == "errors is down: refused"


def test_json_is_the_same_for_every_style_and_ends_in_one_newline() -> None:
    report = build(Launch().state(), NOW)
    texts = {render(report, style, Format.JSON) for style in Style}
    (text,) = texts
    assert text.endswith("}\n")
    assert datetime.fromisoformat(json.loads(text)["as_of"]) == NOW
