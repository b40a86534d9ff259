"""Addresses of other tools: what is filled in, for whom, and that nothing filled in changes what an address is."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from evtui.domain.campaign import Campaign, Product, Shop
from evtui.domain.codes import parse_code
from evtui.domain.faults import ErrorEntry
from evtui.domain.links import (
    OF_RANGE,
    PLACEHOLDERS,
    Link,
    links_for_campaign,
    links_for_code,
    links_for_error,
    links_for_order,
    placeholders,
)
from evtui.domain.orders import OrderLine

ZONE = ZoneInfo("Asia/Hong_Kong")
MADE = datetime(2024, 1, 25, 2, 2, 26, 500_000, tzinfo=UTC)
HOST = "https://tool.example.com"
PLAN = Campaign(
    "id", "name", "HK", "PROD", ZONE, "HKD", Shop(28, "shop"), (Product(1, "a", "a", 1.0, 1, MADE, MADE, 1),)
)
LINE = OrderLine("TS240125L000042", "TG240125L00042", 28, 370490, 1, MADE, None, "WaitingToPay", "WaitingToPay", "Hide")
ERROR = ErrorEntry("1", "NineYi.ScmApiV2", "WEB01", "System.Data.SqlClient.SqlException", "Timeout", MADE)
TEXT = st.text(st.characters(codec=None), max_size=60)


def plan(url: str = "", **links: str) -> Campaign:
    return replace(PLAN, url=url, links=links)


def test_an_order_is_filled_in() -> None:
    campaign = plan(
        osm=f"{HOST}/orders/{{tg_code}}",
        line=f"{HOST}/{{ts_code}}/{{page_id}}?again={{ts_code}}#{{tg_code}}",
        grafana=f"{HOST}/explore?q={{tg_code}}&from={{from_ms}}&to={{to_ms}}",
        iso=f"{HOST}/?f={{from_iso}}&t={{to_iso}}",
        us=f"{HOST}/?f={{from_us}}&t={{to_us}}",
    )
    assert links_for_order(campaign, LINE) == (
        Link("osm", f"{HOST}/orders/TG240125L00042"),
        Link("line", f"{HOST}/TS240125L000042/370490?again=TS240125L000042#TG240125L00042"),
        Link("grafana", f"{HOST}/explore?q=TG240125L00042&from=1706147846500&to=1706152046500"),
        Link("iso", f"{HOST}/?f=2024-01-25T01%3A57%3A26Z&t=2024-01-25T03%3A07%3A26Z"),
        Link("us", f"{HOST}/?f=01%2F25%2F2024+09%3A57&t=01%2F25%2F2024+11%3A07"),
    )


def test_an_error_is_filled_in_from_the_first_to_the_newest() -> None:
    campaign = plan(elmah=f"{HOST}/?App={{application}}&Type={{type}}&StartTime={{from_us}}&EndTime={{to_us}}")
    newest = replace(ERROR, at=MADE + timedelta(hours=20))
    (link,) = links_for_error(campaign, ERROR, newest)
    assert parse_qs(urlsplit(link.url).query) == {
        "App": ["NineYi.ScmApiV2"],
        "Type": ["System.Data.SqlClient.SqlException"],
        "StartTime": ["01/25/2024 09:57"],
        "EndTime": ["01/26/2024 07:07"],
    }


@pytest.mark.parametrize(
    ("template", "order", "code", "error", "campaign"),
    [
        ("/{tg_code}", True, True, False, False),
        ("/{ts_code}", True, False, False, False),
        ("/{tg_code}/{page_id}", True, False, False, False),
        ("/{application}?{from_ms}", False, False, True, False),
        ("/{type}{tg_code}", False, False, False, False),
        ("/{from_iso}", True, True, True, False),
        ("/runbook", False, False, False, True),
        ("/{nonsense}", False, False, False, False),
    ],
)
def test_a_link_is_for_what_has_all_it_asks_for(
    template: str, order: bool, code: bool, error: bool, campaign: bool
) -> None:
    own = plan(one=HOST + template)
    assert bool(links_for_order(own, LINE)) is order
    assert bool(links_for_code(own, parse_code("TG240125L00042"))) is code
    assert bool(links_for_error(own, ERROR, ERROR)) is error
    assert bool(links_for_campaign(own)) is campaign


def test_what_is_not_known_is_not_filled_in() -> None:
    assert links_for_order(plan(a=f"{HOST}/{{page_id}}"), replace(LINE, page_id=None)) == ()
    assert links_for_error(plan(a=f"{HOST}/{{type}}"), ERROR, replace(ERROR, type="")) == ()


def test_a_code_alone_names_the_hour() -> None:
    campaign = plan(line=f"{HOST}/{{ts_code}}?{{from_iso}}&{{to_iso}}", group=f"{HOST}/{{tg_code}}")
    (link,) = links_for_code(campaign, parse_code("TS240125L000042"))
    assert link == Link("line", f"{HOST}/TS240125L000042?2024-01-25T01%3A55%3A00Z&2024-01-25T04%3A05%3A00Z")
    assert links_for_code(campaign, parse_code("TM240125L00042")) == ()


def test_the_page_of_the_sale_is_a_link() -> None:
    campaign = plan("https://shop.example.com/禮券?a=%20\x1b{b}", wiki=HOST, order=f"{HOST}/{{tg_code}}")
    page = "https://shop.example.com/%E7%A6%AE%E5%88%B8?a=%20%1B{b}"
    assert links_for_campaign(campaign) == (Link("page", page), Link("wiki", HOST))
    assert links_for_campaign(plan()) == ()


def test_placeholders_come_in_their_order() -> None:
    assert placeholders("{b}/{a}?{b}{}") == ("b", "a", "b", "")


@given(TEXT, TEXT, TEXT, st.text(st.characters(codec="utf-8", exclude_characters="{}"), max_size=30))
def test_nothing_filled_in_leaves_its_place(application: str, kind: str, code: str, literal: str) -> None:
    template = f"{HOST}/{{application}}/?a=1&t={{type}}&z=9#{literal}"
    entry = replace(ERROR, application=application, type=kind)
    for link in links_for_error(plan(one=template), entry, entry):
        assert re.fullmatch("[!-~]+", link.url)  # neither ESC nor BEL, nor anything else that ends a hyperlink
        parts = urlsplit(link.url)
        assert parts.netloc == "tool.example.com"
        assert re.fullmatch(r"/[\w.~%-]+/", parts.path)
        meant = kind.encode(errors="replace").decode()
        assert parse_qs(parts.query, keep_blank_values=True) == {"a": ["1"], "t": [meant], "z": ["9"]}
    (link,) = links_for_order(plan(one=f"{HOST}/{{tg_code}}?"), replace(LINE, tg_code=code))
    assert re.fullmatch(rf"{HOST}/[\w.~%-]*\?", link.url)


@given(st.datetimes(timezones=st.just(UTC)), st.sampled_from(["Asia/Hong_Kong", "America/Los_Angeles"]))
def test_ranges_hold_the_order_and_read_back(made: datetime, zone: str) -> None:
    template = f"{HOST}/?{'&'.join(f'{name}={{{name}}}' for name in OF_RANGE)}"
    (link,) = links_for_order(replace(plan(one=template), zone=ZoneInfo(zone)), replace(LINE, created_at=made))
    found = {name: values[0] for name, values in parse_qs(urlsplit(link.url).query).items()}
    assert found.keys() == set(OF_RANGE)
    assert int(found["from_ms"]) / 1000 <= made.timestamp() <= int(found["to_ms"]) / 1000 + 0.001
    assert found["from_iso"] <= f"{made:%Y}".zfill(4) + f"{made:-%m-%dT%H:%M:%SZ}" <= found["to_iso"]
    assert all(re.fullmatch(r"\d\d/\d\d/\d{4} \d\d:\d\d", found[name]) for name in ("from_us", "to_us"))


@pytest.mark.parametrize("made", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
def test_the_ends_of_the_calendar(made: datetime) -> None:
    template = f"{HOST}/{''.join(f'{{{name}}}' for name in PLACEHOLDERS if name in OF_RANGE)}"
    for zone in ("Asia/Hong_Kong", "America/Los_Angeles"):
        assert links_for_order(replace(plan(one=template), zone=ZoneInfo(zone)), replace(LINE, created_at=made))
