"""What makes two errors the same fault."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evtui.domain.faults import ErrorEntry, FaultKey, fault_key, message_shape, short_type


@pytest.mark.parametrize(
    ("message", "shape"),
    [
        ("Order TG240125L00028 failed", "Order # failed"),
        ("Line TS240125L000113 took 12,345.6 ms", "Line # took # ms"),
        ("at 2024-01-25 10:02:26", "at # #"),
        ("id 3f2504e0-4f89-11d3-9a0c-0305e82c3301 gone", "id # gone"),
        ("0xDEADBEEF at 10.0.3.7:443", "# at #"),
        ("a\n  b\tc", "a b c"),
        ("逾時 30 秒", "逾時 # 秒"),
        ("", ""),
    ],
)
def test_what_varies_is_taken_out(message: str, shape: str) -> None:
    assert message_shape(message) == shape


@given(st.integers(0, 10**12), st.integers(0, 10**12))
def test_numbers_do_not_make_another_fault(one: int, other: int) -> None:
    assert message_shape(f"took {one} ms") == message_shape(f"took {other} ms")


@given(st.text(max_size=400))
def test_a_shape_is_one_short_line(message: str) -> None:
    shape = message_shape(message)
    assert len(shape) <= 120
    assert "\n" not in shape


def test_the_application_and_the_type_tell_faults_apart() -> None:
    entry = ErrorEntry("1", "App", "web-1", "T", "late by 3 s", datetime(2024, 1, 25, tzinfo=UTC))
    assert fault_key(entry) == FaultKey("App", "T", "late by # s")


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("System.Data.SqlClient.SqlException", "SqlException"),
        ("SqlException", "SqlException"),
        ("Ns.Outer+Inner`1", "Outer+Inner`1"),
        ("not a type. at all", "not a type. at all"),
    ],
)
def test_a_type_goes_by_its_last_name(name: str, short: str) -> None:
    assert short_type(name) == short
