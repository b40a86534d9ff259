"""The links of an order and of an error, over a real session: what is listed, drawn as links and copied."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from cockpit_pilot import LATE_MORNING, Driven, cockpit, wired
from desk_launch import OPENS, line, plan
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from rich.segment import Segment
from terminal_model import Terminal

from evtui.clock import ManualClock
from evtui.config.load import example_path
from evtui.domain.codes import parse_code
from evtui.domain.faults import ErrorEntry
from evtui.domain.links import Link, links_for_error
from evtui.terminal.clipboard import osc52
from evtui.tui.cells import CellScreen
from evtui.tui.lines import plain, width
from evtui.tui.look import Look
from evtui.tui.paint.errors import fault_row
from evtui.tui.screens.go_to import GoTo
from evtui.tui.screens.links import LinksPage, address, links_of, rows
from evtui.tui.screens.order import OrderPage
from evtui.tui.screens.text import error_page
from evtui.tui.themes import style
from evtui.tui.widgets.lines import Lines

URLS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=200).map("https://{}".format)
LINKS = st.builds(Link, st.text("a 字", max_size=40), URLS)
OSM = "https://osm.example.com/orders/{tg_code}"
ONE = parse_code("TG240125L00001")


def segments(driven: Driven) -> list[list[Segment]]:
    widget = driven.app.screen.query_one("#page", Lines)
    return [list(widget.render_line(y)) for y in range(widget.size.height)]


def addresses(driven: Driven) -> list[str]:
    """Every hyperlink of the page on top, in its order."""
    found = [segment.style.link for row in segments(driven) for segment in row if segment.style and segment.style.link]
    return list(dict.fromkeys(filter(None, found)))


async def opened(driven: Driven, code: str) -> None:
    """The links of this order, by keys."""
    await driven.press("g")
    await driven.until(lambda: isinstance(driven.app.screen, GoTo), "the question")
    await driven.terminal(code)
    await driven.press("enter")
    await driven.until(lambda: isinstance(driven.app.screen, OrderPage), "the order")
    await driven.press("l")
    await driven.until(lambda: isinstance(driven.app.screen, LinksPage), "the links")


async def test_an_order_leads_to_its_links_and_back() -> None:
    async with cockpit("stuck") as driven:
        code = driven.app.view().late[0].tracked.line.tg_code
        await opened(driven, code)
        assert f"Links of {code}" in driven.page
        found = addresses(driven)
        assert found[0] == f"https://osm.example.com/orders/{code}"
        assert f"q={code}&from=" in found[1]
        assert found[2:] == [driven.session.campaign.url, "https://wiki.example.com/e-voucher/runbook"]
        for row in segments(driven):
            for segment in row:
                if segment.style and segment.style.link:
                    assert segment.text in segment.style.link
        await driven.press("escape")
        assert isinstance(driven.app.screen, OrderPage)


async def test_an_order_nobody_knows_has_links_by_its_code() -> None:
    async with cockpit() as driven:
        await opened(driven, "TG240125A99999")
        assert addresses(driven)[0] == "https://osm.example.com/orders/TG240125A99999"
        assert "q=TG240125A99999" in addresses(driven)[1]


async def test_the_selected_address_is_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("TERM", "xterm-256color")
    for name in ("TMUX", "STY"):
        monkeypatch.delenv(name, raising=False)
    async with cockpit("stuck") as driven:
        code = driven.app.view().late[0].tracked.line.tg_code
        await opened(driven, code)
        found = addresses(driven)
        driver = driven.app._driver
        assert driver is not None
        sent: list[str] = []
        monkeypatch.setattr(driver, "write", sent.append)
        for keys, chosen in ((("y",), 0), (("j", "y"), 1), (("J", "y"), 3), (("k", "y"), 2), (("K", "k", "y"), 0)):
            sent.clear()
            await driven.press(*keys)
            assert osc52(found[chosen].encode()) in sent
            (row,) = [row.text for row in map(_joined, segments(driven)) if ">" in row.text[:3]]
            assert found[chosen][:20] in row
        kept = {file.read_text() for file in tmp_path.rglob("link-*.txt")}
        assert kept == {found[0], found[1], found[2], found[3]}


def _joined(row: list[Segment]) -> Segment:
    return Segment("".join(segment.text for segment in row))


async def test_what_is_selected_stays_on_a_small_page() -> None:
    async with cockpit("stuck", size=(40, 10)) as driven:
        await opened(driven, driven.app.view().late[0].tracked.line.tg_code)
        for name in ("osm", "grafana", "page", "runbook", "runbook"):
            assert f">{name}" in driven.page
            await driven.press("j")
        for name in ("page", "grafana", "osm"):
            await driven.press("k")
            assert f">{name}" in driven.page


async def test_links_switched_off_are_plain_text() -> None:
    async with cockpit("stuck") as driven:
        driven.app.change(replace(driven.app.settings, look=Look(links=False)))
        await opened(driven, driven.app.view().late[0].tracked.line.tg_code)
        assert addresses(driven) == []
        assert "https://osm.example.com/orders/TG" in driven.page


async def test_a_plan_without_links_says_so(tmp_path: Path) -> None:
    file = tmp_path / "launch.toml"
    text = example_path().read_text(encoding="utf-8")
    file.write_text(re.sub(r'(?m)^(\[links\]|\w+ = "https:.*)$', "", text), encoding="utf-8")
    async with cockpit(session=wired(ManualClock(LATE_MORNING), path=file)) as driven:
        driven.app.push_screen(LinksPage(ONE))
        await driven.settle()
        assert "no links: the [links] table" in driven.page
        await driven.press("j", "y")
        assert "saved" not in driven.page


async def test_an_error_shows_its_links() -> None:
    async with cockpit("stuck") as driven:
        faults = driven.app.view().faults
        row = fault_row(faults[0].fault.key)
        driven.app.push_screen(error_page(row))
        await driven.settle()
        (found,) = addresses(driven)
        assert found.startswith("https://elmah.example.com/?App=")
        assert f"Type={faults[0].fault.key.type}&StartTime=01%2F2" in found


def test_lines_of_one_order_share_what_is_the_same() -> None:
    links = {"osm": OSM, "line": "https://a.example.com/{ts_code}", "range": "https://a.example.com/?{from_ms}"}
    first, second = line(1), line(2, tg_code="TG240125L00001")
    found = links_of(plan(url="https://a.example.com", links=links), ONE, [first, second])
    assert [link.name for link in found] == [
        "osm",
        "line TS240125L000001",
        "line TS240125L000002",
        "range",
        "page",
    ]
    late = replace(second, created_at=first.created_at.replace(year=2025))
    assert links_of(plan(links=links), ONE, [late, first])[-1] == found[3]


@given(st.lists(LINKS, max_size=4), st.integers(-1, 4), st.integers(4, 104))
def test_a_folded_address_is_whole_and_links_to_the_whole(links: list[Link], selected: int, cells: int) -> None:
    drawn = rows(links, selected, Look(), cells)
    for link, group in zip(links, drawn, strict=True):
        pieces = [text for each in group for text, style in each if style.startswith("@")]
        assert "".join(pieces) == link.url
        assert {style for each in group for _, style in each if style.startswith("@")} == {f"@{link.url}"}
        assert len({width(each[:-1]) for each in group}) == 1
        assert all(width(each) <= cells for each in group) or cells < 6
    assert sum(plain(group[0]).startswith(">") for group in drawn) == (0 <= selected < len(links))
    bare = rows(links, selected, Look(links=False), cells)
    assert [[plain(each) for each in group] for group in bare] == [[plain(each) for each in group] for group in drawn]
    assert not any(style.startswith("@") for group in bare for each in group for _, style in each)


def test_an_address_is_a_link_unless_links_are_off() -> None:
    link = Link("osm", "https://a.example.com")
    assert address(link, Look()) == ("https://a.example.com", "@https://a.example.com")
    assert address(link, Look(links=False)) == ("https://a.example.com", "")


@given(st.text(st.characters(codec=None), max_size=60), st.text(st.characters(codec=None), max_size=60))
def test_no_text_of_an_error_gets_out_of_its_link(application: str, kind: str) -> None:
    entry = ErrorEntry("1", application, "host", kind, "message", OPENS)
    campaign = plan(links={"elmah": "https://a.example.com/?a={application}&t={type}"})
    for link in links_for_error(campaign, entry, entry):
        text, name = address(link, Look())
        terminal = Terminal(2000, 2)
        screen = CellScreen(2000, 2)
        terminal.feed(screen.feed(f"\x1b[1;1H{style(name).render(text)}after\x1b[2;1H"))
        shown = terminal.cells[0]
        assert {dict(look).get("link") for _, look in shown[: len(text)]} == {link.url}
        assert "".join(char for char, _ in shown[: len(text)]) == link.url
        assert "".join(char for char, look in shown if "link" not in dict(look)).strip() == "after"
        assert (terminal.unknown, terminal.answers, terminal.title, terminal.look) == ([], "", "", {})
