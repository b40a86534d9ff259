"""What works on every page of the program: colours, zone, mouse, palette, help, the pages that can be called from
anywhere, and holding time still."""

from __future__ import annotations

import os
from abc import abstractmethod
from zoneinfo import ZoneInfo

from msgspec.structs import replace
from textual.app import App
from textual.screen import Screen

from evtui.alerts.notebook import Notebook
from evtui.clock import local_zone
from evtui.session import Session
from evtui.tui import themes
from evtui.tui.actions import DESK
from evtui.tui.driver import CellDriver
from evtui.tui.host import SAID_S
from evtui.tui.keymap import KeyMap
from evtui.tui.layout import ALL_PANES, holds
from evtui.tui.lines import at_most, plain
from evtui.tui.look import Graphs
from evtui.tui.present import Present
from evtui.tui.terminal import TerminalDriver
from evtui.tui.view import Settings, View

_UTC = ZoneInfo("UTC")

TOAST_ROWS = 2
"""Rows that a sentence takes on a small terminal."""

BESIDE = 5
"""Cells that its border, the blanks at its sides and the toolkit's unseen scroll bar take away from it there."""

AFTER_S = 0.3
"""Seconds after that in which the toolkit has taken it away."""


class Shell(App[None]):
    """The actions that belong to no page. `draw` and `say` are the cockpit's."""

    session: Session
    keymap: KeyMap
    settings: Settings
    present: Present
    mouse: bool = True
    """Whether the terminal tells of the mouse."""

    def view(self) -> View:
        """The present view, or whatever moment is shown instead."""
        return self.present.view(self.settings)

    @abstractmethod
    def draw(self) -> None:
        """Draw every screen there is."""

    def say(self, text: str) -> None:
        """One sentence for the engineer; `text` is cleaned already and is never read as markup."""
        small = not holds(ALL_PANES, *self.size)
        self.set_class(small, "-small")
        if small:  # one at a time, and no more of it than leaves room for what is shown
            self.clear_notifications()
            text = "\n".join(map(plain, at_most(((text.strip(), ""),), self.size.width - BESIDE, TOAST_ROWS)))
        self.notify(text, markup=False, timeout=SAID_S)
        # the toolkit draws anew only where a toast stood: a wide character on its edge would stay cut in half
        self.set_timer(SAID_S + AFTER_S, self.refresh)

    def note(self, notebook: Notebook) -> None:
        """Keep what somebody added, and draw it."""
        self.session.notebook = notebook
        self.present.forget()
        self.draw()

    def change(self, settings: Settings) -> None:
        """Draw with other settings."""
        self.settings = settings
        self.present.forget()
        self.draw()

    def action_next_theme(self) -> None:
        """The next set of colours."""
        names = list(themes.THEMES)
        self.action_use_theme(names[(names.index(themes.chosen()) + 1) % len(names)])

    def action_use_theme(self, name: str) -> None:
        """These colours from now on."""
        themes.choose(name)
        self.restyle()
        self.say(f"colours: {themes.THEMES[name]}")

    def restyle(self) -> None:
        """Draw every row anew, in the styles as they are now."""
        for screen in self.screen_stack:
            for widget in screen.query("Lines"):
                widget.restyle()  # type: ignore[attr-defined]

    def action_use_graphs(self, name: str) -> None:
        """Graphs of these characters."""
        self.change(replace(self.settings, look=replace(self.settings.look, graphs=Graphs(name))))

    def action_borders(self) -> None:
        """Borders of lines, or of plain characters."""
        look = self.settings.look
        self.change(replace(self.settings, look=replace(look, ascii_borders=not look.ascii_borders)))

    def action_density(self) -> None:
        """Frames around panes, or more rows."""
        look = self.settings.look
        self.change(replace(self.settings, look=replace(look, compact=not look.compact)))

    def action_next_zone(self) -> None:
        """The campaign's zone, UTC, this machine's."""
        campaign = self.session.campaign.zone
        zones = [zone for zone in (campaign, _UTC, local_zone(os.environ)) if zone is not None]
        now = self.session.clock.now()
        alike = {(now.astimezone(zone).utcoffset(), now.astimezone(zone).tzname()): zone for zone in reversed(zones)}
        zones = [zone for zone in dict.fromkeys(zones) if zone in alike.values()]  # a machine in `Etc/UTC` is in UTC
        shown = self.settings.zone or campaign
        zone = zones[(zones.index(shown) + 1) % len(zones)] if shown in zones else campaign
        self.change(replace(self.settings, zone=zone))
        self.say(f"times in {zone.key}")

    def action_mouse(self) -> None:
        """Mouse on or off."""
        self.mouse = not self.mouse
        if isinstance(self._driver, TerminalDriver):
            self._driver.set_mouse(self.mouse)
        self.say("mouse on" if self.mouse else "mouse off: the terminal's own selection works")

    def action_redraw(self) -> None:
        """Send every cell again."""
        if isinstance(self._driver, CellDriver):
            self._driver.repaint()
        else:
            self.refresh()

    def action_pause(self) -> None:
        """Hold the screen still, or go on."""
        self.present.pause(self.settings)
        self.draw()

    def action_live(self) -> None:
        """Back to the present."""
        self.present.live()
        self.draw()

    def action_time_back(self) -> None:
        """A minute back, and another."""
        if not self.present.back(self.settings):
            self.say("nothing earlier is kept: a state a minute, for an hour from the start, less in a flood of orders")
        self.draw()

    def action_palette(self) -> None:
        """Find an action by its name."""
        from evtui.tui.screens.palette import Palette  # like every page: not needed to start

        screen = self.screen
        actions = getattr(screen, "ACTIONS", DESK)  # what the page below can do, and no other

        async def chosen(do: str | None) -> None:
            if do is not None:
                await self.run_action(do, default_namespace=screen)

        self.push_screen(Palette(self.keymap, actions), chosen)

    def action_help(self) -> None:
        """Show the keys."""
        from evtui.tui.screens.help import HelpPage

        self._open(HelpPage())

    def action_report(self) -> None:
        """Show the report of the moment on the screen."""
        from evtui.report.model import Style
        from evtui.tui.screens.report import ReportPage  # the template engine is not needed to start

        self._open(ReportPage(self.view(), Style(self.session.campaign.report.style)))

    def action_hand_over(self) -> None:
        """What the next person has to know."""
        from evtui.tui.screens.text import hand_over_page

        self._open(hand_over_page())

    def action_preflight(self) -> None:
        """The plan and the sources, checked."""
        from evtui.tui.screens.text import preflight_page

        self._open(preflight_page())

    def action_sources(self) -> None:
        """Every source."""
        from evtui.tui.screens.sources import SourcesPage

        self._open(SourcesPage())

    def _open(self, page: Screen[None]) -> None:
        """Show a page, over the desk and not over another of its kind."""
        if not any(type(held) is type(page) for held in self.screen_stack):
            self.push_screen(page)

    async def action_quit(self) -> None:
        """Leave."""
        self.exit()
