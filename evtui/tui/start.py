"""The cockpit made to fit the terminal and its user: settings, what the environment says, and the user's keys.

The toolkit reads its colour depth and its pace from the environment while it is loaded, so it is loaded here, after
that is known.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from evtui.clock import local_zone
from evtui.config.screen import ScreenFile, ScreenSettings
from evtui.errors import ConfigError
from evtui.session import Session
from evtui.terminal.abilities import Abilities, abilities
from evtui.tui.look import look_for
from evtui.tui.view import Settings

if TYPE_CHECKING:
    from evtui.tui.app import Cockpit

_DEPTHS = {"truecolor": "truecolor", "256": "256", "16": "standard", "none": "standard"}
"""The toolkit's names of colour depths. Without colours the theme has none, so the depth does not matter."""

FRAMES = 250
"""Most frames a second, a limit that nothing but a held key comes near. What is to be drawn waits for the next of them:
four milliseconds, not the toolkit's own seventeen, for the first screen and for the answer to a key."""


def open_cockpit(session: Session, screen: ScreenFile, *, whole_frames: bool) -> Cockpit:
    """The app, ready to run.

    Raises:
        ConfigError: keys of the user's settings that name no action, or that two actions claim.
    """
    wanted = screen.settings
    able = abilities(os.environ, sys.stdout.encoding or "")
    depth = able.colours if wanted.colours == "auto" else wanted.colours
    os.environ["TEXTUAL_COLOR_SYSTEM"] = _DEPTHS[depth]
    os.environ.setdefault("TEXTUAL_FPS", str(FRAMES))
    os.environ.pop("NO_COLOR", None)  # heeded here, by a theme without colours; the toolkit's filter would add greys

    from evtui.tui import ambiguous, themes
    from evtui.tui.app import Cockpit
    from evtui.tui.driver import driver_class
    from evtui.tui.keymap import KeyMap, conflicts

    keymap = KeyMap(wanted.keys)
    if wanted.keys and (found := conflicts(keymap)):
        raise ConfigError([screen.key_problem(action, why) for action, why in found])
    themes.choose(theme_for(wanted, able))
    if wanted.ambiguous_width != "auto":
        ambiguous.set_width(wanted.ambiguous_width)
    driver = driver_class(
        whole_frames=whole_frames,
        ask_width=wanted.ambiguous_width == "auto",
        ask_background=wanted.theme == "auto",
        colours=depth != "none",
    )
    settings = Settings(look_for(wanted, ambiguous.width()), zone_for(wanted, os.environ))
    return Cockpit(session, driver, keymap, settings, wanted)


def theme_for(wanted: ScreenSettings, able: Abilities) -> str:
    """The theme to begin with: none where there are no colours, else the one asked for, else the terminal's own."""
    if "none" in (wanted.colours, able.colours if wanted.colours == "auto" else ""):
        return "mono"
    if wanted.theme != "auto":
        return wanted.theme
    from evtui.tui.themes import USUAL

    return "light" if able.dark is False else USUAL


def zone_for(wanted: ScreenSettings, environ: Mapping[str, str]) -> ZoneInfo | None:
    """The zone to begin with; None: the campaign's."""
    return {"utc": ZoneInfo("UTC"), "local": local_zone(environ)}.get(wanted.time_zone)
