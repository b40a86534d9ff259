"""Secrets: where they come from, and a type that does not give them away.

A campaign file never holds one. It names a variable, a file or the command of a keyring tool, and that is asked again
at every use, so a token that somebody renewed in another window works without a restart.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
import os
import signal
import stat
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from msgspec import Struct

from evtui.domain.reading import FailureKind
from evtui.errors import UsageError
from evtui.providers.base import Context, SourceError
from evtui.redact import MASK, admit

MOST_BYTES = 16 * 1024
"""Longest secret that is believed: the longest tokens are a few thousand characters, a wrong path may be gigabytes."""

COMMAND_SECONDS = 5.0
"""How long a keyring tool may take: one that asks for a passphrase where nobody can type would wait for ever."""

DRAIN_SECONDS = 1.0
"""How long the end of a tool that was stopped is waited for: only what it started elsewhere could hold it up."""

LEAST_MASKED = 6
"""Characters from which a secret is sought in what comes back: shorter ones stand in every text by chance."""


class Secret:
    """A text that opens a door. Whatever prints, logs or formats it shows `***`."""

    __slots__ = ("__text",)

    def __init__(self, text: str) -> None:
        self.__text: Final = text

    def reveal(self) -> str:
        """The text itself, for the one place that sends it."""
        return self.__text

    def scrub(self, text: str) -> str:
        """`text` without this secret, for servers that repeat what they were sent."""
        return text.replace(self.__text, MASK) if len(self.__text) >= LEAST_MASKED else text

    def scrub_bytes(self, raw: bytes) -> bytes:
        """The same for a body as it came."""
        return raw.replace(self.__text.encode(), MASK.encode()) if len(self.__text) >= LEAST_MASKED else raw

    def __repr__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> str:
        return format(MASK, spec)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self.__text.encode(), other.reveal().encode())

    __hash__ = None  # type: ignore[assignment]  # as a key it would be compared in ways that tell its length

    def __reduce__(self) -> Any:
        raise TypeError("a secret is not written anywhere")


class SecretSource(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Where a secret comes from: exactly one of the three."""

    env: str = ""
    """Name of an environment variable."""
    file: str = ""
    """File whose only line it is; relative to the campaign file."""
    command: tuple[str, ...] = ()
    """Program of a keyring and its arguments, run without a shell; the first line it prints is the secret."""

    @property
    def place(self) -> str:
        """Where it comes from in words, without the secret: `the variable SHOP_TOKEN`."""
        if self.env:
            return f"the variable {admit(self.env)}"
        if self.file:
            return f"the file {admit(self.file)}"
        return f"the command {admit(os.path.basename(self.command[0]) if self.command else '')}"

    @property
    def remedy(self) -> str:
        """What a person does to have another one used."""
        if self.env:
            return f"start evtui again with a valid one in {admit(self.env)}"
        if self.file:
            return f"write a valid one into {admit(self.file)}"
        return f"renew it where {self.place} finds it"

    def check(self, key: str) -> None:
        """Look whether this can work at all; `key` is what the settings call it.

        Raises:
            UsageError: not exactly one source, or a name that cannot be one.
        """
        given = [name for name in ("env", "file", "command") if getattr(self, name)]
        if len(given) != 1:
            found = " and ".join(given) or "none"
            raise UsageError(f"{key}: exactly one of env, file and command has to be given, not {found}")
        if "=" in self.env or any("\0" in text for text in (self.env, self.file, *self.command)):
            raise UsageError(f"{key}.{given[0]}: no such name can exist")
        if self.command and not self.command[0].strip():
            raise UsageError(f"{key}.command: the first word has to be a program")

    async def read(self, context: Context) -> Secret:
        """The secret as it is now.

        Raises:
            SourceError: AUTH, naming the place and never the value.
        """
        if self.env:
            return self._made(_variable(context.environ, self.env), "is not set")
        if self.file:
            path = os.path.join(context.folder, os.path.expanduser(self.file))
            return self._made(await asyncio.to_thread(_contents, path), "cannot be read")
        return self._made(await _printed(self.command, context), "gave none")

    def _made(self, raw: str | None, without: str) -> Secret:
        if raw is None or not raw.strip():
            why = without if raw is None or self.command else "is empty"
            raise SourceError(FailureKind.AUTH, f"{self.place} {why}: it has to hold the secret", self.remedy)
        text = raw.strip()
        if self.command:
            text = text.splitlines()[0].strip()
        if not text.isascii() or not text.isprintable():
            why = f"{self.place} holds more than one line, or characters that no header takes"
            raise SourceError(FailureKind.AUTH, why, self.remedy)
        return Secret(text)


def expiry(secret: Secret) -> datetime | None:
    """When a JSON web token says that it ends, aware UTC; None for any other secret."""
    parts = secret.reveal().split(".")
    if len(parts) != 3:
        return None
    with suppress(binascii.Error, ValueError, OverflowError, OSError, msgspec.DecodeError):
        claims = msgspec.json.decode(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        if isinstance(claims, dict) and isinstance(claims.get("exp"), int | float):
            return datetime.fromtimestamp(claims["exp"], UTC)
    return None


def _variable(environ: Mapping[str, str], name: str) -> str | None:
    return environ.get(name)


def _contents(path: str) -> str | None:
    """Text of a regular file; None for anything else. A pipe is opened without waiting for somebody to write to it."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except OSError:
        return None
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            return None
        raw = os.read(handle, MOST_BYTES + 1)
        return None if len(raw) > MOST_BYTES else raw.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return None
    finally:
        os.close(handle)


async def _printed(argv: tuple[str, ...], context: Context) -> str | None:
    """What a program printed before it ended well; None for every other end."""
    try:
        process = await asyncio.create_subprocess_exec(
            *argv,
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=DEVNULL,
            cwd=context.folder,
            env=dict(context.environ),
            start_new_session=True,
        )
    except (OSError, ValueError):
        return None
    assert process.stdout is not None
    raw: bytes | None = None
    try:
        async with asyncio.timeout(COMMAND_SECONDS):
            raw = await process.stdout.read(MOST_BYTES + 1)
            while len(raw) <= MOST_BYTES and (more := await process.stdout.read(MOST_BYTES + 1)):
                raw += more
            if len(raw) <= MOST_BYTES:
                await process.wait()
    except TimeoutError:
        raw = None
    finally:
        # what it started itself goes with it: a child that keeps the pipe open would be waited for
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):
                await process.communicate()
    if raw is None or len(raw) > MOST_BYTES or process.returncode != 0:
        return None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
