"""An order written out: aligned text for people, sentences for those who listen, JSON for scripts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from evtui.config.duration import format_duration
from evtui.domain.chain import StepState
from evtui.domain.orders import OrderState
from evtui.report.as_json import VERSION, dumps, with_whys
from evtui.report.order import LineView, OrderView
from evtui.report.words import UNKNOWN, age_text, stamp, word
from evtui.store.delivery import ChainStep
from evtui.text import cell_width, fit

_NO_RUNBOOK = "the runbook is not part of this version"
_GAP = "  "


def render_order(view: OrderView, as_json: bool) -> str:
    """The order as text or as JSON; either ends in one newline."""
    return _json(view) if as_json else "\n".join(_text(view)) + "\n"


def unknown_order_json(code: str, why: str) -> str:
    """The JSON answer for an order nobody knows."""
    answer = {"version": VERSION, "code": code, "tg_code": None, "tg_code_why": why}
    return dumps({**answer, "worst": None, "worst_why": why, "lines": []})


def _text(view: OrderView) -> Iterator[str]:
    count = len(view.lines)
    lines = f"{count} line{'s' if count > 1 else ''}"
    zone = view.zone
    yield f"{view.tg_code} · {lines} · shop {view.shop} · {stamp(view.as_of, zone)} {zone.key}"
    for line in view.lines:
        yield ""
        yield f"{line.ts_code}{_GAP}{_product(line)} × {line.quantity}"
        if line.other_shop:
            yield f"  belongs to {line.other_shop}"
        yield f"  {_state(line)}"
        yield f"  clock from {line.clock} {stamp(line.clock_start, zone)}, limit {format_duration(line.limit)}"
        yield f"  user {_status(line.status_user)} · SCM {_status(line.status_scm)} · table {_status(line.status)}"
        yield from _table([_HEAD, *(_cells(step, zone) for step in line.steps)])


def order_sentences(view: OrderView) -> Iterator[str]:
    """The order as whole sentences, one fact a line and nothing aligned: every line of it, step by step."""
    count = f"{len(view.lines)} line{'s' if len(view.lines) > 1 else ''}"
    yield f"{view.tg_code} has {count}, shop {view.shop}, as of {stamp(view.as_of, view.zone)} {view.zone.key}."
    for line in view.lines:
        yield f"Line {line.ts_code}: {_product(line)}, {line.quantity} set{'' if line.quantity == 1 else 's'}."
        if line.other_shop:
            yield f"It belongs to {line.other_shop}."
        yield f"State: {_state(line)}."
        start = stamp(line.clock_start, view.zone)
        yield f"Its clock runs from {line.clock}, {start}; the limit is {format_duration(line.limit)}."
        statuses = f"user {_status(line.status_user)}, SCM {_status(line.status_scm)}, table {_status(line.status)}"
        yield f"Statuses: {statuses}."
        for step in line.steps:
            name, state, *told = _cells(step, view.zone)
            words = ("at", "after", "told by", "remark")
            facts = [f"{what} {fact}" for what, fact in zip(words, told, strict=True) if fact not in ("", UNKNOWN)]
            yield f"Step {name}: {', '.join([state, *facts])}."


def _product(line: LineView) -> str:
    if line.label:
        return f"{line.label} ({line.page_id})"
    return "page unknown" if line.page_id is None else f"page {line.page_id}, not sold here"


def _state(line: LineView) -> str:
    if line.state is OrderState.DELIVERED:
        return f"delivered in {age_text(line.age)}"
    if line.state is OrderState.RELEASED:
        return f"released after {age_text(line.age)}"
    late = " · OVERDUE" if line.overdue else " · past its limit" if line.past_limit else ""
    return f"{line.state}, {age_text(line.age)} old{late}"


def _status(text: str) -> str:
    return word(text) or "(empty)"


_HEAD = ("step", "state", "at", "took", "source", "")
_TOOK = _HEAD.index("took")


def _cells(step: ChainStep, zone: ZoneInfo) -> tuple[str, ...]:
    seen = step.state is not StepState.NOT_SEEN
    remark = " · ".join(part for part in ("inferred" if step.inferred else "", word(step.note)) if part)
    return (
        step.step.replace("_", " "),
        step.state.replace("_", " "),
        stamp(step.at, zone) if step.at else UNKNOWN if seen else "",
        age_text(step.took) if step.took is not None else "",
        word(step.source),
        remark,
    )


def _table(rows: list[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(cell_width(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        sized = enumerate(zip(row, widths, strict=True))
        cells = (fit(cell, width, right=column == _TOOK) for column, (cell, width) in sized)
        yield f"    {_GAP.join(cells)}".rstrip()


def _json(view: OrderView) -> str:
    return dumps(
        {
            "version": VERSION,
            "tg_code": view.tg_code,
            "as_of": view.as_of.astimezone(view.zone).isoformat(),
            "worst": None,
            "worst_why": _NO_RUNBOOK,
            "lines": [_line(line, view.zone) for line in view.lines],
        }
    )


def _line(line: LineView, zone: ZoneInfo) -> dict[str, Any]:
    figures = {
        "ts_code": line.ts_code,
        "page_id": line.page_id,
        "quantity": line.quantity,
        "amount": line.amount,
        "state": line.state,
        "status": line.status,
        "status_user": line.status_user,
        "status_scm": line.status_scm,
        "clock": line.clock,
        "clock_start": line.clock_start,
        "age_s": line.age,
        "limit_s": line.limit,
        "overdue": line.overdue,
        "other_shop": bool(line.other_shop),
        "read_at": line.read_at,
    }
    whys = {"page_id": "the source names no page", "amount": "the source names no amount"}
    answer = with_whys(figures, whys, zone)
    answer["steps"] = [_step(step, zone) for step in line.steps]
    answer["evidence"] = []
    missing = {"decision": _NO_RUNBOOK, "notice": _NO_RUNBOOK}
    answer.update(with_whys({"decision": None, "notice": None}, missing, zone))
    return answer


def _step(step: ChainStep, zone: ZoneInfo) -> dict[str, Any]:
    figures: dict[str, Any] = {"id": step.step, "state": step.state, "at": step.at, "took_s": step.took}
    figures["source"] = step.source or None
    not_seen = step.state is StepState.NOT_SEEN
    untimed = "not seen" if not_seen else "the source tells no time"
    alone = "no earlier step with a time, or a later one"
    whys = {"at": untimed, "took_s": alone if step.at else untimed, "source": "not seen"}
    return {**with_whys(figures, whys, zone), "inferred": step.inferred, "note": step.note}
