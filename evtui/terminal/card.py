"""The test card: what a person looks at to see whether this terminal draws what is sent to it.

Pure: lines out. Escape sequences are in them only where `Paint` allows them.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from evtui.text import cell_width, clip, fit

NAMES = (
    "$1000電子購物禮券 ($500X2張) 送$88電子購物禮券",
    "$1000電子購物禮券 ($100X10張) 送$88電子購物禮券",
    "$500電子購物禮券 ($100X5張) 送$38電子購物禮券",
)
"""Product names as they are sold: Latin and Chinese mixed."""

AMBIGUOUS = "× Δ · – … ± → ★ α Я"  # noqa: RUF001
"""Signs some terminals draw in one cell and others in two."""

RULER_CELLS = 50
"""Where the bar stands behind each name: all bars in one column, or some width is wrong."""

LABEL_CELLS = 12
"""Room in front of each sample for what it is."""

_RAMP = 48
"""Steps of the colour ramps: they fit 80 columns behind their label."""
_ATTRIBUTES = (("bold", "1"), ("dim", "2"), ("underline", "4"), ("reverse", "7"))
_LINK = "https://example.com/"


class Paint(Struct, frozen=True):
    """What may be used to draw the card."""

    columns: int
    styled: bool
    """Bold, dim, underline, reverse."""
    coloured: bool
    linked: bool
    utf8: bool


def card(paint: Paint) -> tuple[str, ...]:
    """The lines of the card, none wider than `columns`."""
    lines = [*_colours(paint), *_styles(paint)]
    if paint.utf8:
        lines += [*_shapes(paint), *_widths(paint)]
    else:
        lines.append(_line(paint, "characters", "not drawn: this terminal is not set to UTF-8"))
    return tuple(lines)


def _line(paint: Paint, label: str, sample: str) -> str:
    """A label and a plain sample."""
    return clip(fit(label, LABEL_CELLS) + sample, paint.columns, "")


def _styled(paint: Paint, label: str, runs: list[tuple[str, str]]) -> str:
    """A label and runs of text with their style; what does not fit is left out."""
    room = paint.columns - LABEL_CELLS
    line = clip(fit(label, LABEL_CELLS), paint.columns, "")
    for text, style in runs:
        text = clip(text, max(room, 0), "")
        room -= cell_width(text)
        line += f"\x1b[{style}m{text}\x1b[0m" if text and style else text
    return line


def _colours(paint: Paint) -> Iterator[str]:
    if not paint.coloured:
        return
    for label, numbers in (("16 colours", range(40, 48)), ("", range(100, 108))):
        yield _styled(paint, label, [("   ", str(number)) for number in numbers])
    yield _styled(paint, "256", [(" ", f"48;5;{232 + step // 2}") for step in range(_RAMP)])
    yield _styled(paint, "", [(" ", f"48;5;{16 + 6 * step}") for step in range(36)])
    yield _styled(paint, "true colour", [(" ", f"48;2;{_true(step)}") for step in range(_RAMP)])


def _true(step: int) -> str:
    """A colour of the smooth ramp from blue over green to red."""
    far = step * 255 // (_RAMP - 1)
    return f"{far};{min(far, 255 - far) * 2};{255 - far}"


def _styles(paint: Paint) -> Iterator[str]:
    if paint.styled:
        runs = [run for name, style in _ATTRIBUTES for run in ((name, style), (" ", ""))]
        yield _styled(paint, "styles", runs)
    text = "this is a link where the terminal knows links (OSC 8)"
    if paint.linked and paint.columns > LABEL_CELLS + len(text):
        yield f"{fit('link', LABEL_CELLS)}\x1b]8;;{_LINK}\x1b\\{text}\x1b]8;;\x1b\\"


def _shapes(paint: Paint) -> Iterator[str]:
    yield _line(paint, "lines", "╭────╮  ┌────┐  +----+")
    yield _line(paint, "", "│ ok │  │ ok │  | ok |")
    yield _line(paint, "", "╰────╯  └────┘  +----+")
    yield _line(paint, "blocks", "▁▂▃▄▅▆▇█  rising without gaps")
    yield _line(paint, "braille", "⡀⣀⣄⣤⣦⣶⣷⣿  dots, not boxes or question marks")


def _widths(paint: Paint) -> Iterator[str]:
    """Names with a bar in one column behind each."""
    ruler = "".join("+" if cell % 5 == 0 else "." for cell in range(1, RULER_CELLS + 1))
    yield _line(paint, "widths", f"{ruler}|  all bars in one column")
    for name in (*NAMES, "🧧 an emoji", f"{AMBIGUOUS}  of ambiguous width"):
        yield _line(paint, "", f"{fit(name, RULER_CELLS)}|")
