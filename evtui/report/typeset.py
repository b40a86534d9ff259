"""Report templates: found by name, the user's before the shipped, and run in a sandbox. The only importer of jinja2.

A template sees `report`, `style` and `warnings`, and the filters below; None prints as `--` wherever it stands, and a
name that does not exist is an error and never an empty place.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined, TemplateError, TemplateNotFound, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from evtui.errors import UsageError
from evtui.report.model import Format, Report, Style
from evtui.report.words import UNKNOWN, age_in_words, stamp, whole, word
from evtui.text import fit

SHIPPED = Path(__file__).with_name("templates")
"""Folder of the templates that come with the program."""

_TEMPLATE_FAULTS = (TemplateError, ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What running a template with a mistake in it can end in; only taken for one if a user's template is what was run."""


def fill(report: Report, style: Style, fmt: Format, templates: Path | None) -> str:
    """The text of a report by its template, ending in exactly one newline.

    Raises:
        UsageError: a template of the user's is broken; names the file and the line.
    """
    name = f"{style}.{fmt}.j2"
    try:
        changed = 0 if templates is None else templates.stat().st_mtime_ns
        template = _environment(templates, changed, report.zone).get_template(name)
        text = template.render(report=report, style=str(style), warnings=report.warnings_for(style))
    except UnicodeDecodeError as error:
        raise UsageError(f"a template for {name} in {templates} is not UTF-8 text: {error.reason}") from error
    except OSError as error:
        if isinstance(error, TemplateNotFound):
            raise _blame(error, templates, name) from error
        raise UsageError(f"the template {name} cannot be read: {error.strerror}: {error.filename}") from error
    except _TEMPLATE_FAULTS as error:
        raise _blame(error, templates, name) from error
    return text.rstrip("\n") + "\n"


@lru_cache(maxsize=4)
def _environment(templates: Path | None, changed: int, zone: ZoneInfo) -> ImmutableSandboxedEnvironment:
    """Compiled templates are kept; `changed` dates the user's folder, so that a file put there is found at once."""
    folders = [SHIPPED] if templates is None else [templates, SHIPPED]
    # utf-8-sig: an editor that writes a byte order mark must not put it into the first line of the report
    loader = ChoiceLoader([FileSystemLoader(folder, encoding="utf-8-sig") for folder in folders])
    environment = ImmutableSandboxedEnvironment(
        loader=loader,
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        newline_sequence="\n",
        finalize=_printed,
    )

    def in_zone(moment: datetime | None) -> str:
        return UNKNOWN if moment is None else stamp(moment, zone)

    environment.filters.update(
        percent=_percent, span=_span, stamp=in_zone, fit=_fit, fit_right=_fit_right, fenced=_fenced, escaped=_escaped
    )
    return environment


def _printed(value: Any) -> Any:
    return UNKNOWN if value is None else value


def _percent(value: float | None) -> str:
    """A share or mean as a whole number of percent."""
    return UNKNOWN if value is None else str(whole(value))


def _span(value: timedelta | None) -> str:
    return UNKNOWN if value is None else age_in_words(value)


def _fit(value: Any, width: int) -> str:
    """In exactly `width` cells, text to the left."""
    return fit(str(_printed(value)), width)


def _fit_right(value: Any, width: int) -> str:
    """In exactly `width` cells, figures to the right."""
    return fit(str(_printed(value)), width, right=True)


def _fenced(text: str) -> str:
    """A Markdown code block whose fence is longer than any in the text."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    body = text.rstrip("\n")
    return f"{fence}text\n{body}\n{fence}"


def _escaped(text: str) -> str:
    """Text that Markdown leaves alone."""
    return re.sub(r"([\\`*_{}\[\]<>#|])", r"\\\1", text)


def _blame(error: Exception, templates: Path | None, name: str) -> Exception:
    """The sentence for a broken template of the user's; a fault of a shipped one is ours and stays what it is."""
    if templates is None:
        return error
    if isinstance(error, TemplateSyntaxError):
        place, line = error.filename or error.name or name, error.lineno
    else:
        place, line = _innermost(error.__traceback__, templates)
    if not Path(place).is_relative_to(templates):
        return error
    if isinstance(error, TemplateNotFound):
        what = f"there is no template {word(str(error.name))}"
    else:
        what = word(str(error)) or type(error).__name__
    return UsageError(f"report template {place}, line {line}: {what}")


def _innermost(traceback: TracebackType | None, templates: Path) -> tuple[str, int]:
    """File and line of the last frame in the user's own templates; jinja2 puts template lines into tracebacks."""
    found = ("", 0)
    while traceback is not None:
        filename = traceback.tb_frame.f_code.co_filename
        if Path(filename).is_relative_to(templates):
            found = (filename, traceback.tb_lineno)
        traceback = traceback.tb_next
    return found
