"""Roles that want a code from a person's device: never asked for here, taken over from the AWS CLI where it has them.

The SDK would write its question for the code over the screen and wait at the keyboard. The CLI keeps the roles it took
on in a folder of its own; they are read from there, so that one command in another window is enough. Nothing is
written.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NoReturn

CLI_CACHE = Path(".aws") / "cli" / "cache"
"""Where the CLI keeps the roles it took on, below the home folder."""

NEEDED = frozenset({"AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"})
"""What a role that was taken on consists of."""


class CodeWanted(Exception):
    """A role that cannot be had without a code from somebody's device."""


class TakenOver:
    """The CLI's folder as the SDK wants a cache; by the SDK's key. What the SDK puts in is not kept."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __contains__(self, key: str) -> bool:
        return self._read(key) is not None

    def __getitem__(self, key: str) -> dict[str, Any]:
        found = self._read(key)
        if found is None:
            raise KeyError(key)
        return found

    def __setitem__(self, key: str, value: object) -> None:
        """The session holds it as long as it is good; the folder is the CLI's."""

    def _read(self, key: str) -> dict[str, Any] | None:
        try:
            found = json.loads((self._folder / f"{key}.json").read_bytes())
        except (OSError, ValueError):
            return None
        role = found.get("Credentials") if isinstance(found, dict) else None
        return found if isinstance(role, dict) and role.keys() >= NEEDED else None


def ask_nobody(session: Any) -> None:
    """Have a session of the SDK look into the CLI's folder, and never at the keyboard."""
    roles = session.get_component("credential_provider").get_provider("assume-role")
    roles.cache = TakenOver(Path.home() / CLI_CACHE)
    roles._prompter = _refuse


def _refuse(prompt: str) -> NoReturn:
    raise CodeWanted
