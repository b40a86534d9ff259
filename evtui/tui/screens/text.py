"""Pages that are text and nothing else, such as the hand-over and the preflight: made of what is true when drawn."""

from __future__ import annotations

from collections.abc import Callable

from evtui.domain.links import links_for_error
from evtui.report.hand_over import hand_over
from evtui.store.state import SourceState
from evtui.tui.actions import TEXT
from evtui.tui.ambiguous import cell_width, fit
from evtui.tui.format import UNKNOWN, at, span
from evtui.tui.host import Host
from evtui.tui.lines import BLANK, Line, wrapped
from evtui.tui.paint.errors import fault_row
from evtui.tui.screens.base import Page, bindings
from evtui.tui.screens.links import address
from evtui.tui.view import View

_PROVIDER_CELLS = 24
"""Most cells of a provider's name: a plug-in may be called anything, and what follows matters more."""

Body = Callable[[Host, View], list[Line]]


class TextPage(Page):
    """Lines from a function of the view, folded to the page."""

    ACTIONS = TEXT
    BINDINGS = bindings(TEXT)

    def __init__(self, title: str, name: str, lines: Body) -> None:
        super().__init__()
        self._title = title
        self.NAME = name
        self._lines = lines

    def heading(self, view: View) -> str:
        """Which page."""
        return self._title

    def body(self, view: View, cells: int) -> list[Line]:
        """The lines, on as many rows as they need."""
        return [row for line in self._lines(self.cockpit, view) for row in (wrapped(line, cells) if line else [BLANK])]


def hand_over_page() -> TextPage:
    """What the next person has to know."""

    def lines(cockpit: Host, view: View) -> list[Line]:
        text = hand_over(view.state, view.notebook, view.now, view.scenario)
        return [((f" {line}", "" if not line or line.startswith(" ") else "head"),) if line else BLANK for line in text]

    return TextPage("Hand-over", "hand-over", lines)


def preflight_page() -> TextPage:
    """Findings of the plan, and how every source is."""

    def lines(cockpit: Host, view: View) -> list[Line]:
        trouble = cockpit.session.store.trouble
        own: list[Line] = [BLANK, ((f" {trouble}", "alert"),)] if trouble else []
        return [*source_lines(view), *own, BLANK, *_findings(cockpit)]

    return TextPage("Preflight", "preflight", lines)


def source_lines(view: View) -> list[Line]:
    """How every source is, a line each."""
    lines: list[Line] = [((" Sources", "head"),)]
    names = min(max((cell_width(spec.provider) for spec in view.state.specs.values()), default=0), _PROVIDER_CELLS)
    for topic, spec in view.state.specs.items():
        found = view.sources[topic]
        style = {SourceState.OK: "ok", SourceState.STALE: "warn", SourceState.UNKNOWN: "dim"}.get(found.state, "alert")
        age = f"fact {span(found.fact_age)}, read {span(found.read_age)} ago" if found.read_age is not None else UNKNOWN
        words = " · ".join(filter(None, (age, found.why, found.remedy, found.coverage.note)))
        lines.append(
            ((f"   {fit(topic, 9)} {fit(spec.provider, names)} ", ""), (fit(found.state, 8), style), (words, ""))
        )
    return lines


def _findings(cockpit: Host) -> list[Line]:
    found = cockpit.session.findings
    lines: list[Line] = [((f" Findings in the plan: {len(found) or 'none'}", "head"),)]
    for each in found:
        style = {"A": "alert", "B": "warn"}.get(each.severity, "")
        lines.append(((f"   {each.id} {each.severity}  ", style), (each.title, "")))
        lines.append(((f"        {each.detail} [{each.key}]", "dim"),))
    return lines


def error_page(row: str) -> TextPage:
    """One kind of error: where it happens, how often, and its newest message whole."""

    def lines(cockpit: Host, view: View) -> list[Line]:
        figures = next((each for each in view.faults if fault_row(each.fault.key) == row), None)
        if figures is None:
            return [((" no longer in the log", "dim"),)]
        fault, newest = figures.fault, figures.fault.newest
        found = links_for_error(view.campaign, fault.first, newest)
        facts = (
            ("application", fault.key.application or UNKNOWN),
            ("type", fault.key.type or UNKNOWN),
            ("newest", f"{at(newest.at, view.zone, '%m-%d %H:%M:%S')} on {newest.host or UNKNOWN}"),
            ("first", at(fault.first.at, view.zone, "%m-%d %H:%M:%S")),
            ("status", str(newest.status_code or UNKNOWN)),
            ("since open", f"{figures.since_open:,} ({figures.baseline:,} in the day before opening)"),
            ("id", newest.error_id),
        )
        return [
            *(((f" {name:<13}", "dim"), (what, "")) for name, what in facts),
            *(((f" {fit(link.name, 12)} ", "dim"), address(link, view.look)) for link in found),
            BLANK,
            *(((f" {line}", ""),) for line in newest.message.splitlines()),
        ]

    return TextPage("Error", "error", lines)
