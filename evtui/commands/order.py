"""`evtui order CODE`: what is known of one order, every line on its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from msgspec.structs import replace

from evtui.commands.output import Output
from evtui.domain.codes import OrderCode
from evtui.domain.reading import Failure, Lookup, Reading, Topic
from evtui.errors import Exit
from evtui.report.order import OrderView, order_view
from evtui.report.order_text import render_order, unknown_order_json
from evtui.report.words import stamp, word
from evtui.session import Session
from evtui.store.state import health


async def run(
    session: Session,
    code: OrderCode,
    as_json: bool = False,
    confirmed: bool = False,
    written: Callable[[OrderView], str] | None = None,
) -> Output:
    """The order a TG or TS code belongs to; `confirmed` allows the look-up that touches a production API.

    `written` writes it out in another way than as aligned text or JSON.

    Exits 0 when every line is delivered, released or waiting within its limit, 1 when anything is late, failed or not
    understood or belongs to another shop, 3 when nobody could tell of the order.
    """
    also = (Lookup.VALIDITY,) if confirmed else ()
    readings = await session.ask_about(code, also=also)
    warnings = list(_failed(readings))
    told = any(reading.topic is Lookup.ORDER_STATUS and not _is_failure(reading) for reading in readings)
    tg_code = _group(session, code)
    if tg_code is None or not told:
        await session.refresh()
        tg_code = _group(session, code)
    write = written or partial(render_order, as_json=as_json)
    now = session.clock.now()
    view = order_view(session.state, tg_code, now) if tg_code else None
    orders = health(session.state, Topic.ORDERS, now)
    if view is None:
        sentence = _unknown(session, code, told or orders.usable)
        text = unknown_order_json(str(code), sentence) if as_json else ""
        return Output(text, (*warnings, sentence), Exit.UNREACHABLE)
    if not told and not orders.usable:
        warnings.append(f"{view.tg_code}: its statuses are old, since orders is {orders.state}: {word(orders.why)}")
        return Output(write(view), tuple(warnings), Exit.UNREACHABLE)
    return Output(write(view), tuple(warnings), Exit.OK if view.calm else Exit.ACTION)


def _group(session: Session, code: OrderCode) -> str | None:
    """The group of a code as typed, or of the order that its suffix was added to."""
    return session.group_of(code) or session.group_of(replace(code, suffix=""))


def _is_failure(reading: Reading) -> bool:
    return isinstance(reading.value, Failure)


def _failed(readings: Iterable[Reading]) -> Iterable[str]:
    for reading in readings:
        if isinstance(reading.value, Failure):
            remedy = f"; to put it right: {word(reading.value.remedy)}" if reading.value.remedy else ""
            yield f"{reading.topic} ({reading.source}) gave no answer: {word(reading.value.why)}{remedy}"


def _unknown(session: Session, code: OrderCode, answered: bool) -> str:
    """Why there is no order to show: nobody knows the code, or nobody could be asked."""
    zone = session.campaign.zone
    start, end = code.window(zone)
    hour = f"{stamp(start, zone)[:16]} to {stamp(end, zone)[11:16]} ({zone.key})"
    if answered:
        return f"{code} is not known to any source: searched the orders made {hour}"
    return f"{code} could not be looked up: no source of orders answered for {hour}"
