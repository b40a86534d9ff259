"""What the processes of a session cost, as the kernel counts it (/proc)."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_SESSION, _USER, _CHILDREN_SYSTEM = 3, 11, 14
"""Fields of `stat` after the name: session, then the first and last of four processor times."""


@dataclass(frozen=True)
class Spent:
    """Processor seconds spent until a moment."""

    at: float
    """Monotonic time."""
    ticks: float
    """By the session, children that ended among it, in steps of a hundredth of a second for each process."""
    threads: dict[int, float]
    """By each living thread of it, exact."""
    machine: float
    """By everybody."""
    own: float
    """By the harness."""


def members(session: int) -> list[int]:
    """Processes of a session, which has the id of its leader."""
    found = [int(entry.name) for entry in _PROC.iterdir() if entry.name.isdigit()]
    return [pid for pid in found if (fields := _stat(pid)) and int(fields[_SESSION]) == session]


def spent(session: int) -> Spent:
    """What the session has spent until now."""
    pids = members(session)
    ticks = sum(sum(map(int, _stat(pid)[_USER : _CHILDREN_SYSTEM + 1])) for pid in pids) * _TICK_S
    threads = {
        int(path.parent.name): _exact(path) for pid in pids for path in (_PROC / str(pid)).glob("task/*/schedstat")
    }
    fields = (_PROC / "stat").read_text().split("\n", 1)[0].split()[1:]
    # user, nice, system, irq, softirq: neither idle nor stolen by other machines
    machine = sum(int(fields[index]) for index in (0, 1, 2, 5, 6)) * _TICK_S
    return Spent(time.monotonic(), ticks, threads, machine, time.process_time())


def used(before: Spent, after: Spent) -> float:
    """Processor seconds the session spent in between."""
    exact = sum(value - before.threads.get(thread, 0.0) for thread, value in after.threads.items())
    # threads that ended are in the coarse count only, which may be two steps too high
    return max(exact, after.ticks - before.ticks - 2 * _TICK_S)


def used_by_others(before: Spent, after: Spent) -> float:
    """Processor seconds that neither the session nor the harness spent."""
    everything = after.machine - before.machine
    return max(0.0, everything - used(before, after) - (after.own - before.own))


def resident(session: int) -> float:
    """MiB of memory the session's processes hold, shared pages counted in each."""
    return sum(_kib(pid, "VmRSS") for pid in members(session)) / 1024


def _kib(pid: int, name: str) -> int:
    for line in (_PROC / str(pid) / "status").read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1])
    return 0


def _stat(pid: int) -> list[str]:
    try:
        return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:  # ended meanwhile
        return []


def _exact(path: Path) -> float:
    try:
        return int(path.read_text().split()[0]) / 1e9
    except OSError:
        return 0.0
