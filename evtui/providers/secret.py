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

NAME_ANOTHER = "name the file that holds the secret"
"""What a person does where `file` names something that cannot be one: nobody should write into a folder or a pipe."""

TRY_IT = "run it in a terminal: it has to print the secret without asking anything"
"""What a person does where the tool of a keyring fails: it says more there, and can be unlocked."""

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


class _Lacking(Exception):
    """Why a file or a command gave no secret. `why` goes on from the place: `is not there`."""

    def __init__(self, why: str, remedy: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.remedy = remedy


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
        try:
            if self.file:
                path = os.path.join(context.folder, os.path.expanduser(self.file))
                return self._made(await asyncio.to_thread(_contents, path))
            return self._made(await _printed(self.command, context) if self.command else self._variable(context))
        except _Lacking as lacking:
            why = f"{self.place} {lacking.why}"
            raise SourceError(FailureKind.AUTH, why, lacking.remedy or self.remedy) from None

    def _variable(self, context: Context) -> str:
        found = context.environ.get(self.env)
        if found is None:
            raise _Lacking("is not set: it has to hold the secret")
        return found

    def _made(self, raw: str) -> Secret:
        text = raw.strip()
        if not text:
            raise _Lacking("printed nothing" if self.command else "is empty: it has to hold the secret")
        if self.command:
            text = text.splitlines()[0].strip()
        if not text.isascii() or not text.isprintable():
            verb = "printed" if self.command else "holds more than one line, or"
            raise _Lacking(f"{verb} characters that no header takes")
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


def _contents(path: str) -> str:
    """Text of a regular file. A pipe is opened without waiting for somebody to write to it.

    Raises:
        _Lacking: it is none, it cannot be read, it is too long or no text.
    """
    shown = admit(os.path.abspath(path))
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError:
        raise _Lacking(f"is not there: no {shown}", "write the secret into it, or put file right") from None
    except PermissionError:
        raise _Lacking(f"may not be read by this account: {shown}", "let this account read it") from None
    except OSError as error:
        raise _Lacking(f"cannot be opened: {shown}: {_strerror(error)}", NAME_ANOTHER) from None
    try:
        mode = os.fstat(handle).st_mode
        if not stat.S_ISREG(mode):
            raise _Lacking(f"is {'a folder' if stat.S_ISDIR(mode) else 'no ordinary file'}: {shown}", NAME_ANOTHER)
        raw = os.read(handle, MOST_BYTES + 1)
    except OSError as error:
        raise _Lacking(f"cannot be read: {shown}: {_strerror(error)}") from None
    finally:
        os.close(handle)
    return _text(raw, "holds", NAME_ANOTHER)


async def _printed(argv: tuple[str, ...], context: Context) -> str:
    """What a program printed before it ended well.

    Raises:
        _Lacking: it cannot be run, it ended otherwise or not in time, or what it printed is too long or no text.
    """
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
    except (OSError, ValueError) as error:
        raise _not_started(argv[0], error) from None
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
    if raw is None:
        raise _Lacking(f"gave no answer in {COMMAND_SECONDS:g} s", TRY_IT)
    text = _text(raw, "printed", TRY_IT)
    if process.returncode:
        end = f"exit code {process.returncode}" if process.returncode > 0 else f"signal {-process.returncode}"
        raise _Lacking(f"failed ({end})", TRY_IT)
    return text


def _not_started(program: str, error: OSError | ValueError) -> _Lacking:
    if isinstance(error, FileNotFoundError):
        where = "" if os.sep in program else ": nothing of that name on PATH"
        return _Lacking(f"is not there{where}", "install it, or put command right")
    if isinstance(error, PermissionError):
        return _Lacking("may not be run by this account", "name a program that it may run in command")
    what = _strerror(error) if isinstance(error, OSError) else "its arguments cannot be passed on"
    return _Lacking(f"cannot be started: {what}", "put command right")


def _text(raw: bytes, verb: str, remedy: str) -> str:
    if len(raw) > MOST_BYTES:
        raise _Lacking(f"{verb} more than {MOST_BYTES:,} bytes: that is no secret", remedy)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _Lacking(f"{verb} something that is not text", remedy) from None


def _strerror(error: OSError) -> str:
    return admit(error.strerror or type(error).__name__, 80)
