"""Where the program keeps and looks for files on this kind of system. The only importer of platformdirs."""

from __future__ import annotations

from pathlib import Path

_APP = "evtui"

# platformdirs is imported where it is asked: most starts never need it


def config_dir() -> Path:
    """Folder of the user's campaign file, templates and keymap; never written by the program."""
    import platformdirs

    return Path(platformdirs.user_config_dir(_APP, appauthor=False))


def data_dir() -> Path:
    """Folder of journals and saved reports."""
    import platformdirs

    return Path(platformdirs.user_data_dir(_APP, appauthor=False))


def log_file() -> Path:
    """The program's own log."""
    import platformdirs

    return Path(platformdirs.user_log_dir(_APP, appauthor=False)) / "evtui.log"
