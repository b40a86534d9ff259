"""Secrets: where they come from, and that nothing prints them."""

from __future__ import annotations

import base64
import copy
import json
import os
import pickle
import sys
import time
import traceback
from datetime import UTC, datetime
from pathlib import Path

import pytest
from http_launch import context
from hypothesis import given
from hypothesis import strategies as st

from evtui.domain.reading import FailureKind
from evtui.errors import UsageError
from evtui.providers import secret as secrets
from evtui.providers.base import SourceError
from evtui.providers.secret import Secret, SecretSource, expiry

PRINTS = (sys.executable, "-c")


@given(st.text(min_size=6))
def test_a_secret_is_printed_by_nothing(text: str) -> None:
    secret = Secret(text)
    assert f"{secret} {secret!r} {secret!s} {secret:>5} {[secret]}" == "*** *** ***   *** [***]"
    assert secret.reveal() == text
    assert secret == Secret(text)
    assert secret != Secret(text + "x")
    assert secret != text
    with pytest.raises(TypeError, match="not written anywhere"):
        pickle.dumps(secret)
    with pytest.raises(TypeError):
        copy.deepcopy(secret)
    with pytest.raises(TypeError):
        hash(secret)


def test_a_secret_is_in_no_traceback() -> None:
    secret = Secret("sesame-open-4711")
    try:
        raise ValueError(secret)
    except ValueError as error:
        shown = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    assert "***" in shown
    assert shown.count("sesame-open") == shown.count('Secret("sesame-open-4711")')  # the source line of this test


def test_a_short_secret_is_not_sought_in_answers() -> None:
    assert Secret("a").scrub("an apple") == "an apple"
    assert Secret("sesame-open").scrub_bytes(b"say sesame-open") == b"say ***"


async def test_a_secret_is_read_where_it_is_kept(tmp_path: Path) -> None:
    (tmp_path / "token").write_bytes(b"\xef\xbb\xbffrom-file\r\n")
    around = context(environ={"TOKEN": " from-env \n", "PATH": os.environ["PATH"]}, folder=tmp_path)
    script = "import os; print(os.path.basename(os.getcwd())); print('second line')"
    for source, expected in (
        (SecretSource(env="TOKEN"), "from-env"),
        (SecretSource(file="token"), "from-file"),
        (SecretSource(command=(*PRINTS, script)), tmp_path.name),
    ):
        assert (await source.read(around)).reveal() == expected


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (SecretSource(env="MISSING"), "the variable MISSING is not set"),
        (SecretSource(env="EMPTY"), "the variable EMPTY is empty"),
        (SecretSource(env="LINES"), "the variable LINES holds more than one line"),
        (SecretSource(env="WIDE"), "or characters that no header takes"),
        (SecretSource(file="missing"), "the file missing is not there: no {folder}/missing"),
        (SecretSource(file="."), "is a folder: {folder}"),
        (SecretSource(file="pipe"), "the file pipe is no ordinary file: {folder}/pipe"),
        (SecretSource(file="long"), "the file long holds more than 16,384 bytes"),
        (SecretSource(file="binary"), "the file binary holds something that is not text"),
        (SecretSource(file="binary/x"), "the file binary/x cannot be opened: {folder}/binary/x: Not a directory"),
        (SecretSource(command=("no-such-program",)), "the command no-such-program is not there: nothing of that name"),
        (SecretSource(command=("./plain",)), "the command plain may not be run by this account"),
        (SecretSource(command=("./binary",)), "the command binary cannot be started: Exec format error"),
        (SecretSource(command=(*PRINTS, "print('half a secret'); exit(3)")), "failed (exit code 3)"),
        (SecretSource(command=(*PRINTS, "import os; os.kill(os.getpid(), 9)")), "failed (signal 9)"),
        (SecretSource(command=(*PRINTS, "pass")), "printed nothing"),
        (SecretSource(command=(*PRINTS, "print('a\\tb')")), "printed characters that no header takes"),
        (SecretSource(command=(*PRINTS, "import sys; sys.stdout.buffer.write(b'\\xff')")), "printed something that is"),
        (SecretSource(command=(*PRINTS, "print('x' * 10**6)")), "printed more than 16,384 bytes"),
    ],
)
async def test_a_secret_that_is_not_there_says_where_it_was_sought(
    tmp_path: Path, source: SecretSource, words: str
) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "long").write_bytes(b"x" * 100_000)
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    (tmp_path / "binary").chmod(0o755)
    (tmp_path / "plain").touch(0o644)
    environ = {"EMPTY": " ", "LINES": "a-secret\nand more", "WIDE": "券券券券"}
    with pytest.raises(SourceError) as caught:
        await source.read(context(environ=environ, folder=tmp_path))
    assert caught.value.kind is FailureKind.AUTH
    assert words.format(folder=tmp_path) in caught.value.why
    assert caught.value.remedy
    # nobody should be told to write a token into a folder
    assert source.file != "." or "write" not in caught.value.remedy
    assert "a-secret" not in str(caught.value)


async def test_a_tool_that_waits_for_a_passphrase_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "COMMAND_SECONDS", 0.5)
    script = "import subprocess; s = subprocess.Popen(['sleep', '60']); open('pid', 'w').write(str(s.pid)); s.wait()"
    began = time.monotonic()
    with pytest.raises(SourceError, match=r"gave no answer in 0\.5 s"):
        await SecretSource(command=(*PRINTS, script)).read(context(environ=dict(os.environ), folder=tmp_path))
    assert time.monotonic() - began < 3
    assert not _running(int((tmp_path / "pid").read_text()))


def _running(pid: int) -> bool:
    """Whether a process lives; one that ended and that nobody has buried yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (SecretSource(), "exactly one of env, file and command has to be given, not none"),
        (SecretSource(env="A", file="b"), "not env and file"),
        (SecretSource(env="A=B"), "auth.env: no such name can exist"),
        (SecretSource(file="a\0b"), "auth.file: no such name can exist"),
        (SecretSource(command=(" ",)), "the first word has to be a program"),
    ],
)
def test_a_place_that_cannot_be_is_refused_at_once(source: SecretSource, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        source.check("auth")


def _token(claims: object) -> Secret:
    middle = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return Secret(f"eyJhbGciOiJub25lIn0.{middle}.signature")


def test_a_web_token_says_when_it_ends() -> None:
    assert expiry(_token({"exp": 1706148000})) == datetime(2024, 1, 25, 2, tzinfo=UTC)
    for claims in ({}, {"exp": "soon"}, {"exp": 1e300}, [1], "x"):
        assert expiry(_token(claims)) is None
    assert expiry(Secret("glsa_x")) is None


@given(st.text())
def test_no_secret_is_too_strange_to_be_asked_for_its_end(text: str) -> None:
    assert expiry(Secret(f"a.{text}.b")) is None or text.isascii()
