"""Bodies read within bounds, and what is shown of a question and its answer."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evtui.providers._aws_wire import BODY_LIMIT, SHOWN, Body, Heard, exchange, read_within, refuse_pages, summary_of
from evtui.providers._aws_words import Flood, Garbage


class Pieces:
    """A body that comes in given pieces."""

    def __init__(self, *pieces: bytes) -> None:
        self._pieces = list(pieces)
        self.closed = False

    def read1(self, amt: int | None = None, decode_content: bool | None = None) -> bytes:
        return self._pieces.pop(0) if self._pieces else b""

    def close(self) -> None:
        self.closed = True


@given(st.lists(st.binary(min_size=1, max_size=9)))
def test_a_body_in_pieces_is_read_whole(pieces: list[bytes]) -> None:
    whole = read_within(Pieces(*pieces), 5.0)
    assert whole == b"".join(pieces)
    assert b"".join(Body(whole).stream()) == whole


@given(st.lists(st.binary(min_size=1, max_size=9), min_size=1), st.integers(0, 40))
def test_no_more_than_the_limit_is_taken(pieces: list[bytes], limit: int) -> None:
    raw = Pieces(*pieces)
    if sum(map(len, pieces)) <= limit:
        assert len(read_within(raw, 5.0, limit)) <= limit
    else:
        with pytest.raises(Flood, match="sent more than"):
            read_within(raw, 5.0, limit)
        assert raw.closed


def test_a_body_that_is_not_complete_in_time_is_given_up() -> None:
    raw = Pieces(b"a", b"b")
    with pytest.raises(Flood, match="sends too slowly: 1 bytes in -1 s"):
        read_within(raw, -1.0)
    assert raw.closed
    assert BODY_LIMIT > 100_000 * 40  # the points CloudWatch may send at most


@pytest.mark.parametrize(
    ("status", "kind", "body"),
    [
        (200, "text/html; charset=utf-8", b"hello"),
        (302, "TEXT/HTML", b""),
        (200, "", b"\n <!DOCTYPE HTML><html>"),
        (200, "text/xml", b"<html>"),
    ],
)
def test_a_web_page_is_no_answer(status: int, kind: str, body: bytes) -> None:
    heard = Heard("POST", "https://host/", status, {"content-type": kind})
    with pytest.raises(Garbage, match="a web page"):
        refuse_pages(heard, body)


@pytest.mark.parametrize(("status", "body"), [(503, b"<html>busy"), (200, b"<Answer/>"), (200, b"{}"), (200, b"")])
def test_what_is_not_one_passes(status: int, body: bytes) -> None:
    refuse_pages(Heard("POST", "https://host/", status), body)


def test_an_exchange_holds_the_question_the_status_and_what_came() -> None:
    headers = {"x-amzn-requestid": "r-1", "date": "Thu, 25 Jan 2024 02:30:00 GMT"}
    heard = Heard("POST", "https://user:pw@host:8443/path?X-Amz-Signature=abc", 200, headers, 1234)
    told = exchange(heard, "ec2", "DescribeInstances", {"Filters": ["a"]}, "Reservations: 2")
    assert told.asked == 'POST https://host:8443/path ec2 DescribeInstances {"Filters":["a"]}'
    assert told.got == "200, request id r-1, 1,234 bytes\nReservations: 2"
    assert told.server_at is not None
    assert told.server_at.isoformat() == "2024-01-25T02:30:00+00:00"
    nothing = exchange(Heard(), "ec2", "DescribeInstances", {}, "")
    assert (nothing.asked, nothing.got, nothing.server_at) == ("POST ec2 DescribeInstances {}", "", None)


@pytest.mark.parametrize("date", ["", "yesterday", "99", "Thu, 99 Jan 2024 02:30:00 GMT"])
def test_a_date_that_is_none_is_no_time(date: str) -> None:
    assert Heard("POST", "https://host/", 200, {"date": date}).server_at is None


@pytest.mark.parametrize(("announced", "short"), [("7", True), ("5", False), ("4", False), ("", False), ("x", False)])
def test_a_body_shorter_than_announced_is_short(announced: str, short: bool) -> None:
    assert Heard("POST", "https://host/", 200, {"content-length": announced}, 5).is_short() is short


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.datetimes() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=8), values, max_size=4))
def test_whatever_is_asked_and_told_can_be_shown(params: dict[str, object]) -> None:
    told = exchange(Heard("POST", "https://host/", 200), "s", "Op", params, summary_of(params))
    assert len(told.asked) <= SHOWN + 40
    controls = {chr(code) for code in range(0x20)} - {"\n", "\t"}
    assert not controls & set(told.asked + told.got)


@given(st.lists(st.text(max_size=3), max_size=9))
def test_a_summary_counts_lists(items: list[str]) -> None:
    assert summary_of({"Items": items, "Empty": None, "More": {"a": 1}}) == f'Items: {len(items)}\nMore: {{"a":1}}'


def test_what_aws_calls_things_can_be_read() -> None:
    metric = {"MetricName": "CPUUtilization", "Dimensions": [{"Name": "InstanceId", "Value": "i-0123456789abcdef0"}]}
    told = exchange(Heard("POST", "https://h/"), "s", "Op", {"MetricDataQueries": [{"Metric": metric}]}, "")
    shown = json.loads(told.asked.partition(" Op ")[2])["MetricDataQueries"][0]["Metric"]
    assert shown == {"MetricName": "CPUUtilization", "Dimensions": ["InstanceId=i-0123456789abcdef0"]}
    filters = [{"Name": "instance-id", "Values": ["i-1", "i-2"]}]
    assert exchange(Heard(), "s", "Op", {"Filters": filters}, "").asked.endswith('{"Filters":["instance-id=i-1,i-2"]}')
    assert "LoadBalancer=app/scm/0123456789abcdef" in summary_of(
        {"Told": {"Name": "LoadBalancer", "Value": "app/scm/0123456789abcdef"}}
    )


@pytest.mark.parametrize(
    "secret",
    [
        {"Name": "Password", "Value": "hunter2"},
        {"Name": "api-key", "Values": ["hunter2", "hunter2"]},
        {"Name": "Owner", "Value": "hunter2@example.com"},
        {"Name": "hunter2"},
        {"Name": "hunter2", "Value": 7},
        {"Name": "hunter2", "Value": "i-1", "CellPhone": "91234567"},
        {"Token": [{"Name": "a", "Value": "hunter2"}]},
    ],
)
def test_a_name_joined_to_its_value_hides_what_is_secret_still(secret: dict[str, object]) -> None:
    told = exchange(Heard("POST", "https://h/"), "s", "Op", {"Dimensions": [secret]}, "")
    assert "hunter2" not in told.asked
    assert "91234567" not in told.asked


def test_secrets_in_parameters_are_masked() -> None:
    told = exchange(Heard("POST", "https://h/"), "s", "Op", {"Password": "hunter2", "Key": "AKIAIOSFODNN7EXAMPLE"}, "")
    assert "hunter2" not in told.asked
    assert "AKIA" not in told.asked
    assert json.loads(told.asked.partition(" Op ")[2])["Password"] == "***"
