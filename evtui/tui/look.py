"""How facts are looked at: what graphs and borders are made of, how dense it is, and what is chosen in a pane."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from evtui.config.screen import ScreenSettings


class Graphs(StrEnum):
    """What a sparkline is made of."""

    BRAILLE = "braille"
    """Two minutes a cell, eight heights a cell pair of dots: most detail, needs a font that has it."""
    BLOCK = "block"
    ASCII = "ascii"


class Look(Struct, frozen=True):
    """What is drawn with."""

    graphs: Graphs = Graphs.BLOCK
    ascii_borders: bool = False
    compact: bool = False
    """Whether panes have a title line only, for more rows of facts."""
    links: bool = True
    """Whether addresses are sent as hyperlinks; else they are plain text."""


class Pane(Struct, frozen=True):
    """How one pane is looked at, as its painter gets it."""

    selected: str = ""
    """Key of the selected row (see each painter's `keys`); empty: none."""
    sort: str = ""
    """Name of the order its rows stand in (see each painter's `SORTS`); empty: the usual one."""
    zoomed: bool = False
    """Whether it has the whole screen, and with it room for everything it knows."""


def look_for(wanted: ScreenSettings, width: int) -> Look:
    """What to draw with, where characters of ambiguous width take `width` cells: lines and blocks are among them."""
    plain = width == 2
    graphs = (Graphs.ASCII if plain else Graphs.BLOCK) if wanted.graphs == "auto" else Graphs(wanted.graphs)
    borders = plain if wanted.borders == "auto" else wanted.borders == "ascii"
    return Look(graphs, borders, compact=wanted.density == "compact", links=wanted.links)
