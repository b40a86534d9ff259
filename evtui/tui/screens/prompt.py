"""One line of input at the foot of the screen, with what it comes to shown above it while it is typed."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding
from textual.events import Key, Paste
from textual.screen import ModalScreen
from textual.widgets import Input

from evtui.text import clean, one_line
from evtui.tui.ambiguous import clip
from evtui.tui.lines import BLANK, Line
from evtui.tui.widgets.lines import Lines

T = TypeVar("T")

MAX_TYPED = 200
"""Characters that can be typed: more than any question here needs, and few enough to scroll through."""


class _Field(Input):
    """Takes what is typed in the order it was typed, and what is pasted as text.

    The toolkit hands keys that edit on to others first, so that letters overtake them where a slow line delivers both
    in one piece; and it passes on whatever is pasted, escape sequences too.
    """

    takes: ClassVar[frozenset[str]] = frozenset(
        key for binding in Input.BINDINGS if isinstance(binding, Binding) for key in binding.key.split(",")
    )
    """Keys that edit, and Enter. Those that scroll are none of them, though the field has inherited them too."""

    def __init__(self, value: str, asks: str, entered: Callable[[str], None]) -> None:
        super().__init__(value, placeholder=asks, max_length=MAX_TYPED, compact=True)
        self.cursor_blink = False
        self._entered = entered
        self.answered = False
        """Whether the question is answered: whatever is typed from then on is meant for what lies below."""

    async def on_key(self, event: Key) -> None:
        """The base class's own handler follows for letters only."""
        if not self.answered and event.key not in self.takes:
            return
        event.stop()
        event.prevent_default()
        if self.answered:
            self.app.post_message(Key(event.key, event.character))
        elif event.key == "enter":
            self._entered(self.value)
        else:
            await self.run_action(self._bindings.key_to_bindings[event.key][0].action)

    def on_paste(self, event: Paste) -> None:
        """The base class's own handler follows, with what is left."""
        event.text = clip(one_line(clean(event.text)), MAX_TYPED)


class Prompt(ModalScreen[T | None]):
    """Asks one thing; ends with what was asked for, or None. Subclasses say what and how it is read."""

    BINDINGS: ClassVar[list[Binding | tuple[str, str] | tuple[str, str, str]]] = [
        Binding("escape", "cancel", show=False),
        Binding("up", "choose(-1)", show=False),
        Binding("down", "choose(1)", show=False),
    ]
    ASKS = ""
    """What stands in the empty field."""
    ROWS = 2
    """Rows above the field."""

    def __init__(self, value: str = "") -> None:
        super().__init__()
        self._above = Lines("above")
        self._refused: str | None = None
        """What was entered last, unless something was typed since."""
        self.field = _Field(value, self.ASKS, self._entered)

    def compose(self) -> ComposeResult:
        """The lines above the field, and the field."""
        yield self._above
        yield self.field

    def on_mount(self) -> None:
        """Say what is wanted."""
        self._above.styles.height = min(self.ROWS, max(self.app.size.height - 1, 0))
        self.field.focus()
        self.explain(self.heard(self.field.value))

    def explain(self, lines: list[Line]) -> None:
        """Show these above the field, at its foot."""
        shown = lines[: self.ROWS]
        self._above.show([BLANK] * (self.ROWS - len(shown)) + shown)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Tell what has been typed so far comes to; of a burst of keys only the last, and not over a refusal of it."""
        if event.value == self.field.value != self._refused:
            self._refused = None
            self.explain(self.heard(event.value))

    def _entered(self, text: str) -> None:
        """Done, or one sentence why not."""
        if text.strip() or self.takes_nothing():
            self._refused = text
            self.take(text)
        else:
            self.dismiss(None)

    def dismiss(self, result: T | None = None) -> AwaitComplete:
        """Close, with the answer; no key reaches the field any more."""
        self.field.answered = True
        return super().dismiss(result)

    @abstractmethod
    def heard(self, text: str) -> list[Line]:
        """What to show above the field for what has been typed so far."""

    def takes_nothing(self) -> bool:
        """Whether an empty field means something."""
        return False

    @abstractmethod
    def take(self, text: str) -> None:
        """Dismiss with what `text` means, or explain why it means nothing."""

    def action_choose(self, by: int) -> None:
        """Move through what is offered above the field, where something is."""

    def action_cancel(self) -> None:
        """Nothing was asked."""
        self.dismiss(None)
