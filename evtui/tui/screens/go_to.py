"""Asking for an order code, with the reason at once when a code cannot exist."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.events import Paste
from textual.screen import ModalScreen
from textual.widgets import Input

from evtui.domain.codes import OrderCode, parse_code
from evtui.errors import CodeError
from evtui.text import clean, clip, one_line
from evtui.tui.lines import BLANK, folded
from evtui.tui.widgets.lines import Lines

MAX_CODE = 60
"""Characters that can be typed: more than any code has, and few enough for one line."""


class _Code(Input):
    """The toolkit passes on whatever is pasted, escape sequences too: here it is cleaned like all text from outside."""

    def on_paste(self, event: Paste) -> None:
        """The base class's own handler follows, with what is left."""
        event.text = clip(one_line(clean(event.text)), MAX_CODE)


_WHY_ROWS = 2
"""Rows for the reason a code cannot be: the longest takes two at 80 columns."""


class GoTo(ModalScreen[OrderCode | None]):
    """One line of input at the foot of the screen; ends with a code, or None."""

    BINDINGS: ClassVar[list[Binding | tuple[str, str] | tuple[str, str, str]]] = [
        Binding("escape", "cancel", show=False)
    ]

    def __init__(self) -> None:
        super().__init__()
        self._why = Lines("why")
        self._input = _Code(placeholder="TG or TS code", max_length=MAX_CODE, compact=True)
        self._input.cursor_blink = False

    def compose(self) -> ComposeResult:
        """The reason line above the input."""
        yield self._why
        yield self._input

    def on_mount(self) -> None:
        """Say what is wanted."""
        self._why.styles.height = _WHY_ROWS
        self._why.show([BLANK, ((" go to which order? Enter opens it, Esc leaves", "dim"),)])
        self._input.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """A code that can exist, or one sentence why not."""
        if not event.value.strip():
            self.dismiss(None)
            return
        try:
            code = parse_code(event.value)
        except CodeError as error:
            self._why.show(folded(((f" {error}", "alert"),), self.app.size.width)[:_WHY_ROWS])
            return
        self.dismiss(code)

    def action_cancel(self) -> None:
        """Nothing was asked."""
        self.dismiss(None)
