"""The table of links: every mistake at its key, with what was probably meant."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from campaign_text import GOOD, changed

from evtui.config.load import example_path, load, read
from evtui.domain.codes import parse_code
from evtui.domain.faults import ErrorEntry
from evtui.domain.links import PLACEHOLDERS, links_for_campaign, links_for_code, links_for_error


def one(folder: Path, text: str) -> str:
    file = folder / "launch.toml"
    file.write_text(text, encoding="utf-8")
    (found,) = read(file).problems
    assert found.file == str(file)
    return f"{found.line}:{found.column} {found.key} {found.message}"


def linked(*lines: str) -> str:
    return GOOD + "\n[links]\n" + "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("https://a.example.com/{tgcode}", 'there is no placeholder "tgcode"; did you mean "tg_code"?'),
        ("https://a.example.com/?f={FROM_MS}", 'there is no placeholder "FROM_MS"; did you mean "from_ms"?'),
        ("https://a.example.com/{0}", 'there is no placeholder "0"; there are tg_code, ts_code, page_id'),
        ("https://a.example.com/{}", 'there is no placeholder ""; there are tg_code'),
        ("https://a.example.com/{tg_code}/{type}", "nothing has both: {tg_code} is an order's, {type} an error's"),
        ("https://a.example.com/{tg_code", "a brace without its twin"),
        ("https://a.example.com/tg_code}", "a brace without its twin"),
        ("https://{type}/", "the host is written out"),
        ("https://a.{application}.example.com", "the host is written out"),
        ("ftp://a.example.com/", 'expected an address such as "https://host/orders/{tg_code}"'),
        ("javascript:alert(1)", "expected an address"),
        ("https:///a", "expected an address"),
        ("https://a.example.com/a b", "expected an address"),
        ("https://a.example.com/\\u001b]8;;", "expected an address"),
        ("https://a.example.com/\\u0085", "expected an address"),
        ("https://a.example.com/" + "a" * 2000, "expected an address"),
        ("https://me:word@a.example.com/", "holds a user name and a password"),
    ],
)
def test_one_mistake_is_one_line_at_its_key(tmp_path: Path, address: str, says: str) -> None:
    text = linked('fine = "https://a.example.com/{tg_code}"', f'  other = "{address}"')
    found = one(tmp_path, text)
    assert found.startswith(f"{text.splitlines().index('[links]') + 3}:3 links.other ")
    assert says in found


def test_an_address_is_text(tmp_path: Path) -> None:
    assert "links.a expected" in one(tmp_path, linked("a = 5"))
    assert "links expected a table, got a list" in one(tmp_path, "links = []\n" + GOOD)


@pytest.mark.parametrize("name", ['""', '"a\\u001b]8;;b"', '"a  b"', '"a\\nb"', '"\\u202eb"'])
def test_a_name_is_plain(tmp_path: Path, name: str) -> None:
    assert "the name is one line of plain text" in one(tmp_path, linked(f'{name} = "https://a.example.com"'))


def test_page_is_the_campaigns_own(tmp_path: Path) -> None:
    line = 'page = "https://a.example.com/"'
    file = tmp_path / "launch.toml"
    file.write_text(linked(line), encoding="utf-8")
    assert load(file).campaign.links == {"page": "https://a.example.com/"}
    text = changed('id = "spring"', 'id = "spring"\nurl = "https://b.example.com/"') + f"\n[links]\n{line}\n"
    assert "links.page campaign.url is the link of that name" in one(tmp_path, text)


def test_every_placeholder_is_known(tmp_path: Path) -> None:
    file = tmp_path / "launch.toml"
    lines = [f'{name} = "https://a.example.com/{{{name}}}"' for name in PLACEHOLDERS]
    file.write_text(linked(*lines, '"日誌" = "http://log/訂單?q={tg_code}"'), encoding="utf-8")
    campaign = load(file).campaign
    assert list(campaign.links) == [*PLACEHOLDERS, "日誌"]
    names = {link.name: link.url for link in links_for_code(campaign, parse_code("TG240125L00042"))}
    assert names["日誌"] == "http://log/%E8%A8%82%E5%96%AE?q=TG240125L00042"


def test_the_example_has_a_link_of_each_kind() -> None:
    campaign = load(example_path()).campaign
    entry = ErrorEntry("1", "app", "host", "type", "message", datetime(2024, 1, 25, 2, tzinfo=UTC))
    assert [link.name for link in links_for_campaign(campaign)] == ["page", "runbook"]
    assert [link.name for link in links_for_code(campaign, parse_code("TG240125L00042"))] == ["osm", "grafana"]
    assert [link.name for link in links_for_error(campaign, entry, entry)] == ["elmah"]
    assert all("://" in each and ".example.com/" in each for each in campaign.links.values())


def test_without_the_table_there_are_none(tmp_path: Path) -> None:
    file = tmp_path / "launch.toml"
    file.write_text(GOOD, encoding="utf-8")
    assert load(file).campaign.links == {}
