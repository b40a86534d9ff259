"""Where an order can be looked at in other tools: addresses as hyperlinks, and `y` for terminals that know none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from evtui.domain.campaign import Campaign
from evtui.domain.codes import OrderCode
from evtui.domain.links import Link, links_for_campaign, links_for_code, links_for_order
from evtui.domain.orders import OrderLine
from evtui.tui.actions import TEXT
from evtui.tui.ambiguous import cell_width, fit
from evtui.tui.copying import copy, path_for
from evtui.tui.lines import Line, Run, folded
from evtui.tui.look import Look
from evtui.tui.screens.base import Page, bindings
from evtui.tui.view import View

NAME_CELLS = 28
"""Most cells of a link's name: the code of a line, and a word of a dozen letters in front of it."""

CONTEXT = 2
"""Rows that stay visible above the selected address."""


def address(link: Link, look: Look) -> Run:
    """The address of `link`, itself a hyperlink to it unless those are switched off."""
    return (link.url, f"@{link.url}" if look.links else "")


def links_of(campaign: Campaign, code: OrderCode, lines: Sequence[OrderLine]) -> tuple[Link, ...]:
    """Every link of an order once, then those of the campaign.

    `lines` are what is known of it. Where an address differs from line to line, its name says which line it is of.
    """
    if not lines:
        return (*links_for_code(campaign, code), *links_for_campaign(campaign))
    made = min(line.created_at for line in lines)
    found: dict[str, dict[str, str]] = {}
    for line in lines:
        for link in links_for_order(campaign, replace(line, created_at=made)):
            found.setdefault(link.name, {}).setdefault(link.url, line.ts_code)
    of_order = (
        Link(name if len(urls) == 1 else f"{name} {ts_code}", url)
        for name, urls in found.items()
        for url, ts_code in urls.items()
    )
    return (*of_order, *links_for_campaign(campaign))


def rows(links: Iterable[Link], selected: int, look: Look, cells: int) -> list[list[Line]]:
    """The lines of each link: its name, and its address on as many lines as it takes, each linking to the whole."""
    links = tuple(links)
    named = min(max((cell_width(link.name) for link in links), default=0), NAME_CELLS, max(cells // 3, 0))
    found = []
    for index, link in enumerate(links):
        sign, style = (">", "selected") if index == selected else (" ", "head")
        first, *others = folded((address(link, look),), max(cells - named - 3, 2))
        head: Line = ((sign + fit(link.name, named), style), (" ", ""))
        found.append([(*head, *first), *(((" " * (named + 2), ""), *other) for other in others)])
    return found


class LinksPage(Page):
    """The links of one order, asked for by a TG or a TS code; one of them is selected."""

    ACTIONS = TEXT
    BINDINGS = bindings(TEXT)
    NAME = "link"

    def __init__(self, code: OrderCode) -> None:
        super().__init__()
        self._code = code
        self._selected = 0

    def _links(self, view: View) -> tuple[Link, ...]:
        tg_code = self.cockpit.session.group_of(self._code)
        tracked = view.state.orders.group(tg_code) if tg_code else ()
        return links_of(view.campaign, self._code, [each.line for each in tracked])

    def heading(self, view: View) -> str:
        """Whose links they are."""
        return f"Links of {self.cockpit.session.group_of(self._code) or self._code}"

    def body(self, view: View, cells: int) -> list[Line]:
        """Name and address of each."""
        links = self._links(view)
        self._selected = min(self._selected, max(len(links) - 1, 0))
        lines = [line for group in rows(links, self._selected, view.look, cells) for line in group]
        return lines or [((" no links: the [links] table of the campaign file gives addresses", "dim"),)]

    def action_scroll(self, by: int) -> None:
        """Select another link, and keep it on the page."""
        view = self.cockpit.view()
        links = self._links(view)
        self._selected = max(min(self._selected + by, len(links) - 1), 0)
        above = rows(links, self._selected, view.look, self._extent(0)[0] - 2)[: self._selected]
        self._top = max(sum(map(len, above)) - CONTEXT, 0)
        self.show(view)

    def action_copy(self) -> None:
        """Keep the selected address, and send it to the clipboard."""
        view = self.cockpit.view()
        links = self._links(view)[self._selected :][:1]
        for link in links:
            self.say(copy(self.app, link.url, path_for(view.campaign, view.now, self.NAME)))
