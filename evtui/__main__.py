"""Where the program begins: `evtui`, and `python -m evtui`."""

from __future__ import annotations

import gc
import sys


def main() -> None:
    """Run the command line.

    What a start allocates it keeps, so looking for garbage meanwhile finds nothing and costs a fifth of the time; the
    collector is switched on again once there is something to watch.
    """
    gc.disable()
    try:
        from evtui.cli import main as run
    except KeyboardInterrupt:  # so early that nobody has heard of exit codes yet
        sys.exit(130)
    run()


if __name__ == "__main__":
    main()
