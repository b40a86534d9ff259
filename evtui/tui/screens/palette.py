"""Any action by its name: typed words narrow the list, Enter does the one that is marked."""

from __future__ import annotations

from evtui.text import fold
from evtui.tui.actions import UNBOUND, Action
from evtui.tui.ambiguous import fit
from evtui.tui.keymap import KeyMap
from evtui.tui.lines import Line
from evtui.tui.screens.prompt import Prompt


class Palette(Prompt[str]):
    """Ends with what the toolkit is to run, or None."""

    ASKS = "what to do"
    ROWS = 12

    def __init__(self, keymap: KeyMap, actions: tuple[Action, ...]) -> None:
        super().__init__()
        self._keymap = keymap
        self._actions = tuple(action for action in (*actions, *UNBOUND) if action.id != "palette")
        self._chosen = 0

    def _matching(self, text: str) -> list[Action]:
        words = [fold(word) for word in text.split()]
        return [
            action
            for action in self._actions
            if all(word in fold(f"{action.id} {action.help} {self._keymap.shown(action)}") for word in words)
        ]

    def on_input_changed(self, event: object) -> None:
        """What is typed narrows the list; the first of what is left is marked. The base class's handler shows it."""
        self._chosen = 0

    def heard(self, text: str) -> list[Line]:
        """The actions that match, the marked one in sight."""
        found = self._matching(text)
        if not found:
            return [((" no action has all these words", "warn"),)]
        self._chosen = min(max(self._chosen, 0), len(found) - 1)
        first = max(self._chosen - self.ROWS + 1, 0)
        return [self._line(each, index == self._chosen) for index, each in enumerate(found)][first : first + self.ROWS]

    def _line(self, action: Action, chosen: bool) -> Line:
        text = f" {fit(action.id, 18)} {fit(self._keymap.shown(action), 10)} {action.help}"
        text = fit(text, self.app.size.width)
        return ((text, "selected"),) if chosen else ((text[:19], "key"), (text[19:], ""))

    def takes_nothing(self) -> bool:
        """The marked action is there without a word."""
        return True

    def take(self, text: str) -> None:
        """Do the marked one."""
        found = self._matching(text)
        if found:
            self.dismiss(found[min(self._chosen, len(found) - 1)].do)

    def action_choose(self, by: int) -> None:
        """Move the mark."""
        self._chosen += by
        self.explain(self.heard(self.field.value))
