"""The example of a JSON API in the campaign file that ships: read, opened and polled against a loopback server."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest
from http_launch import NOW, TOKEN, order_row
from json_server import Asked, JsonServer, Told, told

from evtui.clock import ManualClock
from evtui.domain.reading import Topic
from evtui.errors import ConfigError
from evtui.session import open_session

EXAMPLE = files("evtui.config.examples").joinpath("cuapp-cny-2024.toml").read_text(encoding="utf-8")
MARK = "# --- Any topic, and an order's status, from an API"


def written(folder: Path, url: str, change: tuple[str, str] = ("", "")) -> Path:
    """The example with the API instead of the simulation for orders, and without other sources."""
    start = EXAMPLE.index("[sources.stock]")
    block = re.sub(r"^# (?=\[|\w+ = )", "", EXAMPLE[EXAMPLE.index(MARK) :], flags=re.M)
    path = folder / "launch.toml"
    block = block.replace("https://shop-api.example.com", url).replace(*change)
    path.write_text(EXAMPLE[:start] + block, encoding="utf-8")
    return path


def answer(asked: Asked) -> Told:
    if asked.headers["authorization"] != f"Bearer {TOKEN}":
        return told({"message": "who are you?"}, 401)
    item = order_row(28) | {"group": {"code": "TG240125L00028"}, "status": {"user": "PAID"}}
    item["createdAt"] = item.pop("at")
    return told({"code": 0, "data": {"items": [item]}, "meta": {"next": None}})


async def test_the_example_of_an_api_works(tmp_path: Path) -> None:
    with JsonServer(answer) as server:
        path = written(tmp_path, server.url)
        async with open_session(path, ManualClock(NOW), environ={"EVTUI_SHOP_TOKEN": TOKEN}) as session:
            await session.refresh()
            lines = session.state.orders.group("TG240125L00028")
            assert [tracked.line.status_user for tracked in lines] == ["WaitingToShipping"]
        async with open_session(path, ManualClock(NOW), environ={"EVTUI_SHOP_TOKEN": "old-token"}) as session:
            await session.refresh()
            failure = session.state.sources[Topic.ORDERS].failure
            assert failure is not None
            assert "does not know who asks (401): who are you?" in failure.why
            assert "EVTUI_SHOP_TOKEN" in failure.remedy


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (('quantity = "sets"', 'quantiti = "sets"'), 'map.fields.quantiti: orders has no such field; did you mean "qu'),
        (('rows = "data.items"', 'rwos = "data.items"'), 'did you mean "rows"?'),
        (('rows = "data.items"', 'rows = "data.["'), "map.rows: 'data.[' is not JMESPath"),
        (('style = "cursor"', 'style = "cursors"'), '"page", "offset", "cursor" or "link"'),
        (('env = "EVTUI_SHOP_TOKEN"', 'token = "abc"'), "secrets do not belong in this file"),
    ],
)
def test_what_is_wrong_with_it_is_said_with_its_place(tmp_path: Path, change: tuple[str, str], words: str) -> None:
    path = written(tmp_path, "https://shop-api.example.com", change)
    with pytest.raises(ConfigError) as caught:
        open_session(path, ManualClock(NOW), environ={})
    assert words in str(caught.value)
    assert "launch.toml:" in str(caught.value)
