"""What became of a program, in words: why it gave no answer, and what it was asked and said."""

from __future__ import annotations

import errno
import os
import shlex
import signal
from collections.abc import Sequence

from msgspec import Struct

from evtui.domain.reading import FailureKind
from evtui.domain.trip import Exchange
from evtui.providers.base import SourceError
from evtui.providers.command_run import End, Outcome
from evtui.providers.command_settings import CommandSettings
from evtui.providers.secret import Secret
from evtui.redact import admit
from evtui.text import one_line

SHOWN = 2_000
"""Characters of an exchange: enough to see what kind of answer it is."""

QUOTED = 200
"""Characters of its complaints that a failure quotes."""

QUOTED_LINES = 2
"""Lines of its complaints that a failure quotes: the first says what went wrong."""


class Teller(Struct, frozen=True):
    """Tells of the runs of one program; `secrets` are what must not be shown of them."""

    settings: CommandSettings
    folder: str
    secrets: tuple[Secret, ...] = ()

    @property
    def name(self) -> str:
        """What failures call the program."""
        return admit(one_line(os.path.basename(self.settings.command[0].rstrip("/"))), 60) or "the program"

    def exchange(self, argv: Sequence[str], outcome: Outcome | None = None) -> Exchange:
        """The command line, its end and the beginning of what it wrote."""
        asked = self._shown(shlex.join(argv))
        if outcome is None:
            return Exchange(asked, "")
        lines = outcome.out.count(b"\n") + (not outcome.out.endswith(b"\n") and bool(outcome.out))
        got = [f"{_ending(outcome)}, {len(outcome.out):,} bytes in {lines:,} line{'s' * (lines != 1)}"]
        if outcome.left_behind:
            got.append("what it had left running was ended")
        if outcome.said:
            got += ["", "stderr:", self._scrubbed(_text(outcome.said))[:QUOTED]]
        if outcome.out:
            got += ["", _text(outcome.out[: 4 * SHOWN])]
        return Exchange(asked, self._shown("\n".join(got)))

    def not_started(self, argv: Sequence[str], error: OSError) -> SourceError:
        """The failure of a program that could not be started. Looks at the disk."""
        path = argv[0] if os.path.isabs(argv[0]) else os.path.join(self.folder, argv[0])
        remedy = "put command right"
        if not os.path.isdir(self.folder):
            why, remedy = "cannot be started: the folder of the campaign file is gone", "bring the folder back"
        elif isinstance(error, FileNotFoundError) and os.sep in argv[0] and os.path.exists(path):
            why, remedy = "cannot be started: its first line names an interpreter that is not there", "put #! right"
        elif isinstance(error, FileNotFoundError):
            where = "in its folder" if os.sep in argv[0] else "on PATH"
            why, remedy = f"is not there: nothing of that name {where}", "install it, or put command right"
        elif os.path.isdir(path):
            why, remedy = "is a folder and no program", "name a program in command"
        elif isinstance(error, PermissionError):
            why, remedy = "may not be run by this account", f"chmod +x {shlex.quote(self._shown(argv[0]))}"
        elif error.errno == errno.ENOEXEC:
            why = "cannot be started: it does not begin with the line that names its interpreter"
            remedy = "begin it with a line such as #!/bin/sh"
        else:
            why = f"cannot be started: {admit(error.strerror or type(error).__name__, QUOTED)}"
        return SourceError(FailureKind.DOWN, f"{self.name} {why}", remedy, exchange=self.exchange(argv))

    def failure(self, argv: Sequence[str], outcome: Outcome) -> SourceError | None:
        """The failure of a run that ended without an answer, or None for one with."""
        settings, code = self.settings, outcome.code
        kind, remedy = FailureKind.DOWN, ""
        if outcome.end is End.STOPPED:
            why = "was stopped: nobody wants its answer any more"
        elif outcome.end is End.TIME:
            why = f"did not come to an end in {settings.timeout:g} s{_and(outcome)}{self._said(outcome)}"
        elif outcome.end is End.SIZE:
            kind, remedy = FailureKind.DATA, "have it tell of less, or raise max_bytes"
            why = f"wrote more than {settings.max_bytes:,} bytes{_and(outcome)}"
        elif code in settings.ok_codes:
            return None
        elif code in settings.auth_codes:
            kind, remedy = FailureKind.AUTH, admit(one_line(settings.remedy), QUOTED)
            why = f"asks for a login (exit code {code}){self._said(outcome)}"
        else:
            why = f"failed: {_ending(outcome)}{self._said(outcome)}"
        return SourceError(kind, f"{self.name} {why}", remedy, exchange=self.exchange(argv, outcome))

    def told(self, error: SourceError, exchange: Exchange) -> SourceError:
        """A failure that reading its output came to, with the name of the program and what it wrote."""
        remedy = error.remedy
        if error.kind is FailureKind.AUTH and not remedy:
            remedy = admit(one_line(self.settings.remedy), QUOTED)
        return SourceError(error.kind, f"{self.name}: {error.why}", remedy, exchange=exchange)

    def _said(self, outcome: Outcome) -> str:
        """Its first complaints, from stdout where stderr has none."""
        raw = outcome.said if outcome.said.strip() else outcome.out[: 4 * SHOWN]
        lines = [line for line in map(one_line, self._scrubbed(_text(raw)).splitlines()) if line]
        said = admit("; ".join(lines[:QUOTED_LINES]), QUOTED)
        return f": {said}" if said else ", without a word"

    def _shown(self, text: str) -> str:
        return admit(self._scrubbed(text), SHOWN)

    def _scrubbed(self, text: str) -> str:
        for secret in self.secrets:
            text = secret.scrub(text)
        return text


def _text(raw: bytes) -> str:
    return raw.decode("utf-8-sig", "replace")


def _and(outcome: Outcome) -> str:
    return " and was ended" if outcome.code is not None else " and cannot be ended: it hangs in the system"


def _ending(outcome: Outcome) -> str:
    code = outcome.code
    if code is None:
        return "no end"
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"ended by signal {-code}"
