"""Which key does what: the registry's own keys, and those the user's settings put in their place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct, field
from textual.keys import _character_to_key

from evtui.config.notes import nearest
from evtui.tui.actions import PAGES, UNBOUND, Action
from evtui.tui.desk import Desk
from evtui.tui.view import View

_SHOWN = {
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "enter": "Enter",
    "esc": "Esc",
    "tab": "Tab",
    "space": "Space",
    "home": "Home",
    "end": "End",
}
_FIXED = ("back", "quit")
"""Actions that have to keep a key: without them there would be no way out."""


class KeyMap(Struct, frozen=True):
    """Keys by action id, where they are not the registry's own."""

    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def of(self, action: Action) -> tuple[str, ...]:
        """The keys of an action, as people write them."""
        return self.keys.get(action.id, action.keys)

    def shown(self, action: Action) -> str:
        """The same, as help and footer print them."""
        return " ".join(_SHOWN.get(key, key.upper() if len(key) > 1 else key) for key in self.of(action))

    def footer(self, actions: Iterable[Action], view: View, desk: Desk) -> tuple[tuple[str, str], ...]:
        """(key, word) of what does something now."""
        return tuple(
            (_SHOWN.get(self.of(action)[0], self.of(action)[0]), action.footer)
            for action in actions
            if action.footer and self.of(action) and (action.works is None or action.works(view, desk))
        )


def conflicts(keymap: KeyMap) -> list[tuple[str, str]]:
    """(action, one sentence) for each action nobody knows, each key that two actions of one page claim, and each way
    out lost. The action is one that the user gave keys to, so that its place in the settings can be named."""
    known = {action.id for _, actions in PAGES for action in actions} | {action.id for action in UNBOUND}
    found = [(name, _unknown(name, known)) for name in keymap.keys if name not in known]
    for _, actions in PAGES:
        found += _claims(keymap, (*actions, *UNBOUND))
    found += [(name, "it needs a key: there would be no way out") for name in _FIXED if keymap.keys.get(name) == ()]
    return list(dict.fromkeys(found))


def _claims(keymap: KeyMap, actions: Sequence[Action]) -> Iterator[tuple[str, str]]:
    held: dict[str, list[str]] = {}
    for action in actions:
        for key in keymap.of(action):
            held.setdefault(key, []).append(action.id)
    for key, names in held.items():
        mine = [name for name in names if name in keymap.keys]
        if len(names) > 1 and mine:
            others = " and ".join(f'"{name}"' for name in names if name != mine[-1])
            yield mine[-1], f'the key "{key}" is that of {others} too: give one of them another key'


def _unknown(name: str, known: Iterable[str]) -> str:
    near = nearest(name, known)
    return f'there is no action "{name}"' + (f'; did you mean "{near}"?' if near else "; the palette lists them")


def toolkit_key(key: str) -> str:
    """A key as the toolkit names it: `?` is `question_mark`."""
    return {"esc": "escape"}.get(key) or (_character_to_key(key) if len(key) == 1 else key)


def toolkit_keymap(keymap: KeyMap) -> dict[str, str]:
    """The user's keys in the form the toolkit takes; an action without any gets a key that nothing sends."""
    return {name: ",".join(map(toolkit_key, keys)) or "unbound" for name, keys in keymap.keys.items()}
