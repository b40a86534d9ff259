"""What look-ups find out about one simulated order: the same journeys the topics tell of, seen from other logs."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from evtui.domain.chain import Step, StepSeen, StepState
from evtui.domain.reading import Lookup
from evtui.providers.simulated.draw import SECOND, to_moment
from evtui.providers.simulated.orders import ISSUER_RETRY, Fate, Journey, SimLine

_GETS_SHOWN = 50
"""Latest calls of the issuer an answer holds, four hours of them: a log is searched in a window, too."""

_PAYMENT_PENDING, _PAYMENT_FAILED = "4003 pending", "3000 failed"


def steps(lookup: Lookup, lines: tuple[SimLine, ...], now: int) -> tuple[tuple[str, StepSeen], ...]:
    """Every observation this look-up makes up to `now`, line by line, oldest first; none for `order_status`."""
    tell = _TELLERS.get(lookup)
    if tell is None:
        return ()
    source = f"simulated {lookup}"
    return tuple((line.ts_code, seen) for line in lines for seen in tell(line, now, source))


def _payment(line: SimLine, now: int, source: str) -> Iterator[StepSeen]:
    journey = line.journey
    if journey.paid <= now:
        yield StepSeen(Step.PAID, StepState.DONE, to_moment(journey.paid), source)
    elif journey.released <= now:
        yield StepSeen(Step.PAID, StepState.FAILED, to_moment(journey.released), source, note=_PAYMENT_FAILED)
    else:
        yield StepSeen(Step.PAID, StepState.WAITING, to_moment(journey.created), source, note=_PAYMENT_PENDING)


def _tasks(line: SimLine, now: int, source: str) -> Iterator[StepSeen]:
    journey = line.journey
    if journey.event <= now:
        yield StepSeen(Step.ORDER_CREATED, StepState.DONE, to_moment(journey.event), source, note="OrderCreated")
    failed = journey.judged + SECOND
    if journey.fate is Fate.INVALID and failed <= now:
        yield StepSeen(Step.ORDER_CREATED, StepState.FAILED, to_moment(failed), source, note="OrderFailed")
    if journey.task <= now:
        yield StepSeen(
            Step.TASK, StepState.DONE, to_moment(journey.task), source, note="EVoucherOrderCreated succeeded"
        )


def _calls(line: SimLine, now: int, source: str) -> Iterator[StepSeen]:
    journey = line.journey
    if journey.transferred <= now:
        note = f"TMCode {line.tm_code}"
        yield StepSeen(Step.TRANSFERRED, StepState.DONE, to_moment(journey.transferred), source, note=note)
    calls = [(number, at) for number, at in enumerate(_gets(journey, now), start=1)]
    for number, at in calls[-_GETS_SHOWN:]:
        if journey.vip <= at:
            note, state = f"#{number} VipMemberId present", StepState.DONE
        else:
            note, state = f"#{number} VipMemberId null", StepState.WAITING
        yield StepSeen(Step.ISSUER_GET, state, to_moment(at), source, note=note)
    if journey.vip <= now:
        yield StepSeen(Step.VIP_MEMBER, StepState.DONE, to_moment(journey.vip), source)
    elif calls:
        yield StepSeen(Step.VIP_MEMBER, StepState.WAITING, to_moment(calls[-1][1]), source, note="VipMemberId null")


def _gets(journey: Journey, now: int) -> list[int]:
    """When the issuer asked for the order; without VipMemberId it asks again every five minutes."""
    if journey.fate is Fate.VIP:
        return list(range(journey.first_get, now + 1, ISSUER_RETRY))
    return [at for at in (journey.first_get, journey.second_get) if at <= now]


def _validity(line: SimLine, now: int, source: str) -> Iterator[StepSeen]:
    """CheckIsValid's answer at this moment: Checking until there is a row to judge."""
    journey = line.journey
    if journey.judged > now:
        yield StepSeen(Step.VALIDITY, StepState.WAITING, to_moment(now), source, note="Checking")
    elif journey.fate is Fate.INVALID:
        yield StepSeen(Step.VALIDITY, StepState.FAILED, to_moment(journey.judged), source, note="Invalid")
    else:
        yield StepSeen(Step.VALIDITY, StepState.DONE, to_moment(journey.judged), source, note="Valid")


_Teller = Callable[[SimLine, int, str], Iterator[StepSeen]]
_TELLERS: dict[Lookup, _Teller] = {
    Lookup.PAYMENT_LOG: _payment,
    Lookup.TASK_LOG: _tasks,
    Lookup.API_LOG: _calls,
    Lookup.VALIDITY: _validity,
}
