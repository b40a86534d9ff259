"""The page of all sources, and the page of one."""

from __future__ import annotations

from evtui.domain.reading import Topic
from evtui.report.sources import SourceFigures, source_figures
from evtui.tui.actions import SOURCE, SOURCES
from evtui.tui.host import Host
from evtui.tui.lines import Line
from evtui.tui.paint import source, sources
from evtui.tui.paint.sources import Sheet
from evtui.tui.screens.base import Page, bindings
from evtui.tui.view import View


def _figures(cockpit: Host, view: View) -> tuple[SourceFigures, ...]:
    """What is shown of each source. How it is being asked is only known of the present."""
    statuses = () if view.hold is not None else cockpit.session.statuses()
    return source_figures(view.state, statuses, view.now)


def _ask(page: Page, topic: Topic) -> None:
    """Have a source asked now, and say so."""
    page.cockpit.session.ask_again(topic)
    page.say(((f" asking {topic} again", "ok"),))


class SourcesPage(Page):
    """One row or more a source; one of them is chosen."""

    ACTIONS = SOURCES
    BINDINGS = bindings(SOURCES)
    NAME = "sources"

    def __init__(self) -> None:
        super().__init__()
        self._chosen = 0

    def heading(self, view: View) -> str:
        """How many are well."""
        told = [view.sources[topic] for topic in view.state.specs if topic in view.sources]
        return f"Sources · {sum(each.usable for each in told)} of {len(told)} answer"

    def _sheet(self, view: View) -> Sheet:
        session = self.cockpit.session
        lookups = tuple(sorted(session.collector.lookups))
        return Sheet(_figures(self.cockpit, view), lookups, session.store.asked)

    def body(self, view: View, cells: int) -> list[Line]:
        """Every source, its last minutes, logins, cost and look-ups."""
        return sources.paint(view, self._sheet(view), self._chosen, cells)[0]

    def _topic(self, view: View) -> Topic | None:
        return next(iter(tuple(view.state.specs)[self._chosen :]), None)

    def action_scroll(self, by: int) -> None:
        """Choose another source and keep it in sight; beyond the last one the page moves on."""
        view = self.cockpit.view()
        cells, _ = self._extent(0)
        sheet = self._sheet(view)
        wanted = self._chosen + by
        self._chosen = max(min(wanted, len(sheet.sources) - 1), 0)
        lines, place = sources.paint(view, sheet, self._chosen, max(cells - 2, 0))
        if wanted > self._chosen or (by < 0 and self._top > place.start):
            self._top += by
        else:
            room = max(self._extent(len(lines))[1] - 3, 1)
            self._top = min(max(self._top, place.stop - room), max(place.start - 1, 0))
        self.show(view)

    def action_open(self) -> None:
        """The chosen one in full."""
        topic = self._topic(self.cockpit.view())
        if topic is not None:
            self.app.push_screen(SourcePage(topic))

    def action_ask_source(self) -> None:
        """Ask the chosen one now."""
        topic = self._topic(self.cockpit.view())
        if topic is not None:
            _ask(self, topic)


class SourcePage(Page):
    """One source: what was sent, what came, in whose name, what went wrong."""

    ACTIONS = SOURCE
    BINDINGS = bindings(SOURCE)

    def __init__(self, topic: Topic) -> None:
        super().__init__()
        self._topic = topic
        self.NAME = f"source-{topic}"

    def heading(self, view: View) -> str:
        """Which one."""
        spec = view.state.specs.get(self._topic)
        return f"Source {self._topic}" + (f" · {spec.provider}" if spec else "")

    def body(self, view: View, cells: int) -> list[Line]:
        """Everything there is to say of it."""
        found = next((each for each in _figures(self.cockpit, view) if each.topic is self._topic), None)
        return source.paint(view, found, cells) if found else [((" not configured", "dim"),)]

    def action_ask_source(self) -> None:
        """Ask it now."""
        _ask(self, self._topic)
