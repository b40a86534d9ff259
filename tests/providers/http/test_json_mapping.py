"""Somebody's JSON made into things of the domain: every topic, unreadable rows, settings that cannot be meant."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from http_launch import NOW, OPENS, ORDER_FIELDS, PAGES, context, order_row
from hypothesis import given
from hypothesis import strategies as st

from evtui.domain.metrics import Chart, ChartPoint, CpuPoint, FleetSize, TargetHealth, TrafficPoint
from evtui.domain.reading import (
    ChartPoints,
    CpuPoints,
    ErrorBatch,
    FailureKind,
    FleetSizes,
    Lookup,
    OrderBatch,
    StockLevels,
    TargetHealths,
    Topic,
    TrafficPoints,
)
from evtui.domain.stock import StockLevel
from evtui.errors import UsageError
from evtui.providers.base import SourceError
from evtui.providers.mapping import JsonMap, Mapped, MappingSettings
from evtui.providers.mapping_topics import FIELDS
from evtui.providers.mapping_values import EARLIEST, LATEST, BadRow, Times

SAME = {topic: {name: name for name in fields.all} for topic, fields in FIELDS.items()}
"""Every field under its own name."""

MINUTE = "2024-01-25T10:20:00+08:00"


def mapped(topic: Topic | Lookup, rows: list[Any], **settings: Any) -> Mapped:
    fields = settings.pop("fields", SAME[topic])
    return JsonMap.open(MappingSettings(fields=fields, **settings), context(topic)).read(topic, rows, NOW)


def test_stock_is_told_by_page() -> None:
    row = {"page_id": PAGES[0], "sku_id": "11", "selling": "-3", "total": 10, "reg": 15, "cancel": 2}
    read = mapped(Topic.STOCK, [row, {"page_id": 1, "sku_id": 99, "selling": 5}])
    assert read.value == StockLevels((StockLevel(PAGES[0], 11, 10, 15, 2, -3),))
    assert (read.coverage.seen, read.coverage.expected) == (1, 2)
    assert read.coverage.note == f"no row for page {PAGES[1]}"
    assert read.fact_time(NOW, Topic.STOCK) == NOW


def test_a_page_told_of_in_part_is_left_out() -> None:
    rows = [
        {"page_id": PAGES[0], "sku_id": 11, "selling": 5},
        {"page_id": str(PAGES[0]), "sku_id": 12, "selling": None},
        {"page_id": PAGES[1], "selling": 0},
    ]
    read = mapped(Topic.STOCK, rows)
    assert read.value == StockLevels((StockLevel(PAGES[1], PAGES[1], None, None, None, 0),))
    assert read.coverage.note == (
        f"page {PAGES[0]} left out, a row of it cannot be read; "
        "1 unreadable row left out: nothing at selling (map.fields.selling)"
    )
    assert not read.whole


def test_orders_are_told_in_the_platforms_words() -> None:
    rows = [
        order_row(1, status="PAID", changed="2024-01-25T02:06:00Z", extra={"x": [1]}),
        order_row(2, page=1),
        order_row(3, at=None),
    ]
    words = {"status_user": {"PAID": "WaitingToShipping"}}
    read = mapped(Topic.ORDERS, rows, fields=ORDER_FIELDS, words=words)
    assert isinstance(read.value, OrderBatch)
    (line,) = read.value.lines  # another page is another launch's
    assert (line.ts_code, line.status_user, line.shop_id, line.page_id) == (
        "TS240125L000001",
        "WaitingToShipping",
        28,
        PAGES[0],
    )
    assert line.created_at == OPENS + timedelta(minutes=5)
    assert line.amount is None
    assert read.known.newest == OPENS + timedelta(minutes=6)
    assert "nothing at at (map.fields.created_at)" in read.coverage.note


def test_orders_of_other_shops_are_no_sales_here_but_are_known_when_asked_for() -> None:
    rows = [order_row(1, shop=29), order_row(2, shop=28)]
    fields = {**ORDER_FIELDS, "shop_id": "shop"}
    polled = mapped(Topic.ORDERS, rows, fields=fields).value
    asked = mapped(Lookup.ORDER_STATUS, rows, fields=fields).value
    assert isinstance(polled, OrderBatch)
    assert isinstance(asked, OrderBatch)
    assert ([line.shop_id for line in polled.lines], [line.shop_id for line in asked.lines]) == ([28], [29, 28])


def test_cpu_keeps_the_machine_that_fell_silent() -> None:
    map_ = JsonMap.open(MappingSettings(fields=SAME[Topic.CPU]), context(Topic.CPU))
    row = {"service": "SCMAPI", "minute": MINUTE, "percent": 42.5}
    both = [{**row, "machine": "a"}, {**row, "machine": "b", "percent": None}]
    at = datetime(2024, 1, 25, 2, 20, tzinfo=UTC)
    first = map_.read(Topic.CPU, both, NOW)
    assert first.value == CpuPoints((CpuPoint("SCMAPI", "a", at, 42.5),), (("SCMAPI", "a"), ("SCMAPI", "b")))
    assert first.fact_time(NOW, Topic.CPU) == at + timedelta(minutes=1)
    later = map_.read(Topic.CPU, [], NOW + timedelta(minutes=14), first.known)
    assert later.value == CpuPoints((), (("SCMAPI", "a"), ("SCMAPI", "b")))
    assert later.fact_time(NOW, Topic.CPU) == at + timedelta(minutes=1)
    gone = map_.read(Topic.CPU, both[:1], NOW + timedelta(minutes=16), later.known)
    assert isinstance(gone.value, CpuPoints)
    assert gone.value.machines == (("SCMAPI", "a"),)


def test_traffic_tells_no_minute_that_is_not_over() -> None:
    rows = [
        {"minute": "2024-01-25T10:20:31", "requests": "1200"},
        {"minute": "2024-01-25T10:30:00", "requests": 7},
        {"minute": "2024-01-25T10:21:00", "requests": None},
    ]
    read = mapped(Topic.TRAFFIC, rows)
    assert read.value == TrafficPoints((TrafficPoint(datetime(2024, 1, 25, 2, 20, tzinfo=UTC), 1200.0),))


def test_charts_bring_their_limits_and_are_not_forgotten() -> None:
    constants: dict[str, Any] = {"chart": "payment success", "unit": "%", "below": 95}
    fields = {"minute": "[0]", "value": "[1]"}
    settings = MappingSettings(fields=fields, constants=constants, time_format="epoch_s")
    map_ = JsonMap.open(settings, context(Topic.CHARTS))
    at = datetime(2024, 1, 25, 2, 20, tzinfo=UTC)
    read = map_.read(Topic.CHARTS, [[at.timestamp(), 97.5], [at.timestamp() + 60, None]], NOW)
    chart = Chart("payment success", "%", 95.0)
    assert read.value == ChartPoints((ChartPoint("payment success", at, 97.5),), (chart,))
    assert map_.read(Topic.CHARTS, [], NOW, read.known).value == ChartPoints((), (chart,))


def test_capacity_targets_and_errors() -> None:
    fleet = {"service": "SCMAPI", "desired": 3, "in_service": "2", "lifecycle": {"Pending": 1, "x": 0}}
    assert mapped(Topic.CAPACITY, [fleet | {"suspended": ["Launch", "Launch", None]}]).value == FleetSizes(
        (FleetSize("SCMAPI", None, 3, 2, (("Pending", 1),), None, None, ("Launch",)),)
    )
    group = {"service": "SCMAPI", "group": "scm-tg", "healthy": 2, "total": 3}
    assert mapped(Topic.TARGETS, [group | {"states": {"unhealthy": 1}, "reasons": ["Target.Timeout"]}]).value == (
        TargetHealths((TargetHealth("SCMAPI", "scm-tg", 2, 3, (("unhealthy", 1),), ("Target.Timeout",)),))
    )
    error = {"error_id": 7, "type": "System.Exception", "message": "\x1b[2J password=hunter22", "at": MINUTE}
    value = mapped(Topic.ERRORS, [error | {"status_code": "500"}]).value
    assert isinstance(value, ErrorBatch)
    assert (value.entries[0].error_id, value.entries[0].status_code) == ("7", 500)
    assert value.entries[0].message == "␛[2J password=***"


@pytest.mark.parametrize(
    ("topic", "row", "words"),
    [
        (Topic.CPU, {"service": "a", "machine": "b", "minute": MINUTE, "percent": 101}, "percent is out of range"),
        (Topic.CPU, {"service": "a", "machine": {}, "minute": MINUTE, "percent": 1}, "machine is not text"),
        (Topic.CPU, {"service": "a", "machine": "b", "minute": 1e99, "percent": 1}, "minute is not a time"),
        (Topic.CPU, "no table", "nothing at service (map.fields.service)"),
        (Topic.TRAFFIC, {"minute": MINUTE, "requests": -1}, "requests is out of range: -1"),
        (Topic.TRAFFIC, {"minute": MINUTE, "requests": True}, "requests is not a number: true"),
        (
            Topic.TRAFFIC,
            {"minute": "25/01/2024", "requests": 1},
            "minute is not a time of the format iso: '25/01/2024'",
        ),
        (Topic.STOCK, {"page_id": PAGES[0], "selling": "n/a"}, "selling is not a number: 'n/a'"),
        (Topic.STOCK, {"page_id": PAGES[0], "selling": 10**400}, "selling is out of range: 1000000"),
        (Topic.STOCK, {"page_id": PAGES[0], "selling": 1.5}, "selling is not a whole number: 1.5"),
        (Topic.TARGETS, {"service": "a", "group": "b", "healthy": 3, "total": 2}, "healthy is more than total"),
        (Topic.CAPACITY, {"service": "a", "lifecycle": [1]}, "lifecycle is not a table of names and numbers: a list"),
        (Topic.CAPACITY, {"service": "a", "suspended": "Launch"}, "suspended is not a list: text of 6 characters"),
        (
            Topic.ERRORS,
            {"error_id": None, "type": "x", "message": "", "at": MINUTE},
            "nothing at error_id (map.fields.error_id)",
        ),
    ],
)
def test_an_answer_of_unreadable_rows_is_none(topic: Topic, row: object, words: str) -> None:
    with pytest.raises(SourceError, match="the only row cannot be read") as caught:
        mapped(topic, [row])
    assert caught.value.kind is FailureKind.DATA
    assert words in caught.value.why


def test_a_value_that_does_not_fit_is_shown_once_and_only_where_it_can_be_nobodys_name() -> None:
    rows = [{"page_id": PAGES[0], "selling": odd} for odd in ("12,5", "Chan Tai Man", {"a": 1}, 4)]
    rows += [{"page_id": page, "selling": 1} for page in PAGES]
    assert mapped(Topic.STOCK, rows[:1] + rows[3:]).coverage.note.endswith("selling is not a number: '12,5'")
    assert mapped(Topic.STOCK, rows[1:]).coverage.note.endswith(
        "left out: selling is not a number: text of 12 characters"
    )
    assert mapped(Topic.STOCK, rows[2:]).coverage.note.endswith("left out: selling is not a number: a table")


def test_a_field_that_finds_nothing_shows_where_it_looked() -> None:
    fields = {"page_id": "page", "selling": "stock.lft"}
    with pytest.raises(SourceError, match=r"nothing at stock\.lft \(map\.fields\.selling\)"):
        mapped(Topic.STOCK, [{"page": PAGES[0], "stock": {"left": 3}}], fields=fields)
    with pytest.raises(SourceError, match="group is empty"):
        mapped(
            Topic.TARGETS,
            [{"healthy": 1, "total": 1}],
            fields={"healthy": "healthy", "total": "total"},
            constants={"service": "SCMAPI", "group": ""},
        )


def test_an_expression_that_does_not_fit_a_row_spoils_that_row_only() -> None:
    fields = {"minute": "minute", "requests": "length(all)"}
    rows = [{"minute": MINUTE, "all": [1, 2]}, {"minute": MINUTE, "all": "secret" * 100}, {"minute": MINUTE, "all": 5}]
    read = mapped(Topic.TRAFFIC, rows, fields=fields)
    assert isinstance(read.value, TrafficPoints)
    assert [point.requests for point in read.value.points] == [2.0, 600.0]
    assert read.coverage.note == ("1 unreadable row left out: map.fields.requests cannot be applied to what is there")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"fields": {"minute": "a["}}, r"map\.fields\.minute: 'a\[' is not JMESPath: it ends too early"),
        ({"fields": {"minute": "a b"}}, r"'a b' is not JMESPath: it breaks at character 3, 'b'"),
        (
            {"ok": "code == 0"},
            r"'code == 0' is not JMESPath: it breaks at character 9, '0'; numbers stand in backticks: `0`",
        ),
        ({"rows": "data.items[?x=1]"}, r"map\.rows: .* is not JMESPath: it breaks at character 14"),
        ({"rows": ""}, r"map\.rows: '' is not JMESPath"),
        ({"rows": "leng(a)"}, "JMESPath has no function 'leng'"),
        ({"rows": "a[?lenght(b) > `1`]"}, "no function 'lenght'; did you mean \"length\""),
        ({"rows": "a." * 2_000 + "a"}, "of 4,001 characters is not read"),
        ({"ok": "|"}, r"map\.ok: "),
        ({"fields": {"minuet": "a", "requests": "b"}}, 'traffic has no such field; did you mean "minute"'),
        ({"constants": {"colour": 1}}, r"map\.constants\.colour: traffic has no such field; it has minute, requests"),
        ({"words": {"minutes": {"a": "b"}}}, r"map\.words\.minutes"),
        ({"fields": {"minute": "a"}}, "traffic needs requests too; write for example `requests = "),
        ({"time_format": "rfc"}, "time_format: 'rfc' is none"),
        ({"time_format": "%H:%M"}, "time_format: '%H:%M' is none"),
        ({"timezone": "Mars/Olympus"}, 'map.timezone: there is no time zone "Mars/Olympus"'),
        ({"timezone": "../../etc/passwd"}, "there is no time zone"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused_at_once(settings: dict[str, Any], words: str) -> None:
    settings = {"fields": {"minute": "a", "requests": "b"}} | settings
    with pytest.raises(UsageError, match=words):
        JsonMap.open(MappingSettings(**settings), context(Topic.TRAFFIC))


def test_what_one_of_several_fields_says_has_to_be_mapped() -> None:
    fields = {name: name for name in FIELDS[Topic.ORDERS].needed}
    with pytest.raises(UsageError, match="orders needs one of page_id, sku_id as well"):
        JsonMap.open(MappingSettings(fields=fields), context(Topic.ORDERS))
    with pytest.raises(UsageError, match="nothing can be mapped to payment_log"):
        JsonMap.open(MappingSettings(fields=fields), context(Lookup.PAYMENT_LOG))


def test_without_a_topic_fields_are_judged_when_asked_for() -> None:
    map_ = JsonMap.open(MappingSettings(fields={"minute": "a", "requests": "b"}), context(None))
    assert map_.read(Topic.TRAFFIC, [], NOW).value == TrafficPoints(())
    with pytest.raises(SourceError, match="stock has no such field") as caught:
        map_.read(Topic.STOCK, [], NOW)
    assert caught.value.kind is FailureKind.DATA


def envelope(**settings: Any) -> JsonMap:
    fields = {"minute": "m", "requests": "r"}
    return JsonMap.open(MappingSettings(fields=fields, rows="data.items", **settings), context(Topic.TRAFFIC))


def test_an_envelope_says_whether_it_is_an_answer() -> None:
    map_ = envelope(ok="code == `0`", auth_when="code == `401`", error="message", as_of="meta.at")
    good = {"code": 0, "data": {"items": []}, "meta": {"at": MINUTE}}
    assert map_.rows(good) == []
    assert map_.as_of(good) == datetime(2024, 1, 25, 2, 20, tzinfo=UTC)
    assert map_.as_of({"meta": {"at": "yesterday"}}) is None
    assert map_.rows({**good, "data": {"items": {"m": 1}}}) == [{"m": 1}]
    for document, kind, words in (
        ({"code": 5, "message": "busy \x1b[0m"}, FailureKind.DATA, "says that it is none: busy ␛[0m"),
        ({"code": 401, "message": None}, FailureKind.AUTH, "asks for a login"),
        ({}, FailureKind.DATA, "says that it is none"),
        ([], FailureKind.DATA, "says that it is none"),
        ({"code": 0, "data": None}, FailureKind.DATA, "nothing at data.items"),
        ({"code": 0, "data": {"items": "x"}}, FailureKind.DATA, "no list at data.items"),
    ):
        with pytest.raises(SourceError) as caught:
            map_.rows(document)
        assert caught.value.kind is kind
        assert words in caught.value.why


def test_rows_from_the_future_do_not_hide_the_rest() -> None:
    rows = [order_row(1), order_row(2, at="2024-01-25T11:00:00")]
    assert mapped(Topic.ORDERS, rows, fields=ORDER_FIELDS).known.newest == OPENS + timedelta(minutes=5)


def test_lost_rows_of_others_are_counted_too() -> None:
    map_ = JsonMap.open(MappingSettings(fields=SAME[Topic.TRAFFIC]), context(Topic.TRAFFIC))
    read = map_.read(Topic.TRAFFIC, [{"minute": MINUTE, "requests": 1}], NOW, complaints=["line 3 is no JSON"] * 2)
    assert read.coverage.note == "2 unreadable rows left out: line 3 is no JSON"
    with pytest.raises(SourceError, match="none of 2 rows can be read: line 3 is no JSON"):
        map_.read(Topic.TRAFFIC, [], NOW, complaints=["line 3 is no JSON"] * 2)


moments = st.datetimes(EARLIEST.replace(tzinfo=None), datetime(2099, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001


@given(moments, st.sampled_from(["iso", "epoch_s", "epoch_ms", "%d/%m/%Y %H:%M:%S", "%Y%m%d%H%M%S%z"]))
def test_times_are_written_as_they_are_read(moment: datetime, form: str) -> None:
    times = Times.open(form, "", context().campaign.zone)
    moment = moment.replace(microsecond=0)
    assert times.read("at", times.write(moment)) == moment


def outcome(work: Callable[[], Any]) -> Any:
    """What comes of it: a value, or the refusal."""
    try:
        return work()
    except (SourceError, UsageError) as refusal:
        return refusal


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just(MINUTE),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from([*FIELDS]), st.data())
def test_whatever_json_holds_is_read_or_refused(topic: Topic | Lookup, data: st.DataObject) -> None:
    names = FIELDS[topic].all
    rows = data.draw(st.lists(json | st.fixed_dictionaries({}, optional=dict.fromkeys(names, json)), max_size=4))
    read = outcome(lambda: mapped(topic, rows))
    if isinstance(read, SourceError):
        assert read.kind is FailureKind.DATA
        assert read.why.isprintable()
        return
    assert read.known.newest is None or EARLIEST <= read.known.newest <= min(NOW, LATEST)
    text = msgspec.json.encode(read.value).decode()
    assert "\x1b" not in text
    assert read.whole == ("unreadable" not in read.coverage.note)


@given(json)
def test_any_document_has_rows_or_none(document: object) -> None:
    found = outcome(lambda: envelope().rows(document))
    assert found.kind is FailureKind.DATA if isinstance(found, SourceError) else isinstance(found, list)


@given(st.text(max_size=12))
def test_any_text_is_an_expression_or_refused(text: str) -> None:
    map_ = outcome(lambda: JsonMap.open(MappingSettings(fields={}, rows=text), context(None)))
    if isinstance(map_, UsageError):
        assert str(map_).startswith("map.rows: ")
        return
    found = outcome(lambda: map_.rows({"a": [1]}))
    assert found.kind is FailureKind.DATA if isinstance(found, SourceError) else isinstance(found, list)


def test_a_bad_time_names_its_field() -> None:
    with pytest.raises(BadRow, match="paid_at is not a time of the format epoch_ms"):
        Times.open("epoch_ms", "", context().campaign.zone).read("paid_at", 1706148000)
