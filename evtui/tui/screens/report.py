"""The report page: the very bytes that `evtui report` prints, with what is doubtful about them below."""

from __future__ import annotations

from evtui.errors import UsageError
from evtui.report.build import build
from evtui.report.model import Format, Style
from evtui.report.render import render, templates_of
from evtui.report.save import default_path
from evtui.tui.actions import REPORT
from evtui.tui.copying import copy
from evtui.tui.lines import BLANK, Line, folded, wrapped
from evtui.tui.screens.base import Page, bindings
from evtui.tui.view import View


class ReportPage(Page):
    """Numbers frozen at the moment it was opened."""

    ACTIONS = REPORT
    BINDINGS = bindings(REPORT)

    def __init__(self, view: View, style: Style) -> None:
        super().__init__()
        self._report = build(view.state, view.now)
        self._style = style
        self._campaign = view.campaign
        self._opened = view.now
        self._text = ""

    def on_mount(self) -> None:
        """Typeset; the framework then calls the base class's own handler, which paints."""
        self._typeset()

    def _typeset(self) -> None:
        session = self.cockpit.session
        try:
            templates = templates_of(session.campaign, session.path)
            self._text = render(self._report, self._style, Format.TEXT, templates)
        except UsageError as error:  # a template of the user's own that does not work: say so, keep the screen
            self._text = ""
            self._message = ((f" {error}", "alert"),)

    def heading(self, view: View) -> str:
        """Which report, of when."""
        moment = self._report.as_of.astimezone(view.zone)
        return f"Report · {self._style} · as of {moment:%H:%M:%S %Z}"

    def body(self, view: View, cells: int) -> list[Line]:
        """The text as it will be sent, then the warnings, which are not part of it."""
        lines: list[Line] = []
        for line in self._text.splitlines():
            lines += folded(((f" {line}", ""),), cells)
        warnings = (*self.cockpit.session.remarks, *self._report.warnings)
        if warnings:
            lines += [BLANK, ((" not part of the report:", "dim"),)]
            for warning in warnings:
                lines += wrapped(((f" ! {warning}", "warn"),), cells)
        return lines

    def action_style(self) -> None:
        """The other style."""
        self._style = Style.FULL if self._style is Style.STRICT else Style.STRICT
        self._typeset()
        self.show(self.cockpit.view())

    def action_copy(self) -> None:
        """Save first: the file is the product, the clipboard a convenience nobody confirms."""
        if not self._text:
            return
        self.say(copy(self.app, self._text, default_path(self._campaign, self._opened)))
