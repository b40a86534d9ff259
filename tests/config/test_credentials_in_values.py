"""Values that carry a password inside, and the short cut past those that cannot."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evtui.config.notes import _CREDENTIALS, holds_credentials

PIECES = (
    *("https://", "user", ":", "p", "@", "host", "/", "?", "&", "=", " ", ";", "x"),
    *(
        "password",
        "PassWord",
        "pwd",
        "PWD",
        "token",
        "sig",
        "\u017fig",
        "api_key",
        "apikey",
        "API\u212aEY",
        "to\u212aen",
    ),
)
"""What such values are made of, with letters that only look like others when case is passed over."""


@given(st.lists(st.sampled_from(PIECES), max_size=9).map("".join))
def test_nothing_is_passed_over_that_the_pattern_would_find(value: str) -> None:
    assert holds_credentials(value) is (re.search(_CREDENTIALS, value) is not None)


@pytest.mark.parametrize(
    ("value", "holds"),
    [
        ("sqlite:///shop.db", False),
        ("https://host/?page=1", False),
        ("postgresql://host/shop", False),
        ("postgresql://me:hush@host/shop", True),
        ("Server=db;Password = hush", True),
        ("https://host/?a=1&Token=hush", True),
        ("https://host/?to\u212aen=hush", True),
    ],
)
def test_values_with_a_password_inside(value: str, holds: bool) -> None:
    assert holds_credentials(value) is holds
