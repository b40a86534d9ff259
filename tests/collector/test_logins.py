"""Who is woken as soon as one source is let in again."""

from __future__ import annotations

import pytest
from provider_makers import START

from evtui.collector.logins import Logins
from evtui.domain.reading import ChainFacts, CpuPoints, Failure, FailureKind, Lookup, Reading, Topic, Value

ANSWERED: Value = CpuPoints(())
SHUT_OUT = Failure(FailureKind.AUTH, "half a key")
DOWN = Failure(FailureKind.DOWN, "refused")


def woken(*heard: tuple[Topic | Lookup, Value | Failure]) -> list[Topic]:
    """Who is woken over these readings."""
    names: list[Topic] = []
    logins = Logins(names.append)
    for topic, value in heard:
        logins.hear(Reading("it", topic, START, value))
    return sorted(names)


CPU_AND_TRAFFIC = ((Topic.CPU, SHUT_OUT), (Topic.TRAFFIC, SHUT_OUT))


@pytest.mark.parametrize(
    ("after", "names"),
    [
        (((Topic.CPU, ANSWERED),), [Topic.TRAFFIC]),
        (((Topic.CPU, ANSWERED), (Topic.CPU, ANSWERED)), [Topic.TRAFFIC]),
        (((Topic.CPU, ANSWERED), (Topic.TRAFFIC, ANSWERED)), [Topic.TRAFFIC]),
        (((Topic.STOCK, ANSWERED),), []),
        (((Topic.CPU, DOWN),), []),
        (((Topic.CPU, DOWN), (Topic.CPU, ANSWERED)), [Topic.TRAFFIC]),
        (((Topic.STOCK, DOWN), (Topic.CPU, ANSWERED)), [Topic.TRAFFIC]),
    ],
)
def test_only_those_that_are_still_shut_out_are_woken_once(
    after: tuple[tuple[Topic, Value | Failure], ...], names: list[Topic]
) -> None:
    assert woken(*CPU_AND_TRAFFIC, *after) == names


def test_a_look_up_wakes_sources_and_is_not_asked_by_itself() -> None:
    assert woken(*CPU_AND_TRAFFIC, (Lookup.TASK_LOG, SHUT_OUT), (Topic.CPU, ANSWERED)) == [Topic.TRAFFIC]
    facts = ChainFacts("TG240125L00001", ())
    assert woken(*CPU_AND_TRAFFIC, (Lookup.TASK_LOG, SHUT_OUT), (Lookup.TASK_LOG, facts)) == [Topic.CPU, Topic.TRAFFIC]
