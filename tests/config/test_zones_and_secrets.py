"""What is said of a zone nobody knows, and of a secret in the file."""

from __future__ import annotations

import pytest

from evtui.config.secrets import instead, what_it_holds
from evtui.config.zones import zone_of
from evtui.errors import UsageError


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Asia/Hong Kong", 'did you mean "Asia/Hong_Kong"?'),
        ("europe/paris", 'did you mean "Europe/Paris"?'),
        ("../../etc/passwd", 'names look like "Asia/Hong_Kong"'),
        ("a\0b", "there is no time zone"),
    ],
)
def test_a_zone_nobody_knows_comes_with_the_nearest(name: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        zone_of(name)
    assert hint in str(caught.value)
    assert str(caught.value).isprintable()


def test_a_zone_that_is_there() -> None:
    assert zone_of("Asia/Hong_Kong").key == "Asia/Hong_Kong"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("postgresql://me:hush@host/shop", "a user name and a password"),
        ("Server=db;Password = hush", "a password"),
        ("https://host/?token=hush", "a token or a key"),
    ],
)
def test_what_a_value_holds(value: str, words: str) -> None:
    assert what_it_holds(value) == words


def test_nothing_is_promised_of_a_plug_in() -> None:
    assert instead("theirs", ("password",)).endswith("name that one in the key the provider has for it")
    assert 'header = "X-Api-Key"' in instead("http", ("headers", "a b}"))
