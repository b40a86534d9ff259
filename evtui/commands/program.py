"""What the parser makes of a run: the group of all commands, and its complaints in this program's words."""

from __future__ import annotations

import re
from typing import Any

import click

from evtui.commands.ending import ReaderGone
from evtui.text import clean, clip, one_line

SENTENCE_CELLS = 400
"""Room for one sentence: whatever was typed may be quoted in it, and need not be quoted in full."""


class Program(click.Group):
    """The group of all commands; a reader that goes away is an end of its own, not click's exit code 1."""

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        try:
            return super().make_context(*args, **extra)
        except BrokenPipeError as error:
            raise ReaderGone from error

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except BrokenPipeError as error:
            raise ReaderGone from error


def in_one_sentence(error: click.ClickException) -> str:
    """Click's own words as this program says things: no usage lines, one sentence, and where to read on."""
    text = clip(one_line(clean(error.format_message())).rstrip("."), SENTENCE_CELLS)
    text = re.sub(r"\.? \(?(Did you mean .*?\?)\)?$", lambda match: f"; {match[1][0].lower()}{match[1][1:]}", text)
    text = text[:1].lower() + text[1:]
    context = error.ctx if isinstance(error, click.UsageError) else None
    return f"{text} (see {context.command_path} --help)" if context else text
