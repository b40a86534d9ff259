"""Objects with whys written as JSON: unknown is null, and `<name>_why` beside it says why."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Any

from evtui.report.model import Report
from evtui.report.words import iso, seconds

VERSION = 1
"""Version of every JSON answer; raised when a key changes its meaning or goes."""


def value_of(value: Any, zone: tzinfo) -> Any:
    """A figure as JSON knows it: times ISO 8601 in `zone`, durations in seconds, figures rounded to four decimals."""
    if isinstance(value, datetime):
        return iso(value, zone)
    if isinstance(value, timedelta):
        return seconds(value)
    if isinstance(value, StrEnum):
        return str(value)
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, tuple):
        return [value_of(part, zone) for part in value]
    return value


def with_whys(figures: Mapping[str, Any], whys: Mapping[str, str], zone: tzinfo) -> dict[str, Any]:
    """`figures` with a `<name>_why` behind every None."""
    written: dict[str, Any] = {}
    for name, value in figures.items():
        written[name] = value_of(value, zone)
        if value is None:
            written[f"{name}_why"] = whys.get(name, "not known")
    return written


def dumps(answer: Mapping[str, Any]) -> str:
    """JSON text that ends in one newline; Chinese stays readable."""
    return json.dumps(answer, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


_PRODUCT = (
    "page_id",
    "label",
    "opening",
    "sold",
    "in_flight",
    "released",
    "delivered",
    "remaining_reported",
    "remaining_computed",
    "drift",
    "sold_out_at",
    "sold_out_range",
)
_SERVICE = ("name", "cpu_mean", "cpu_min", "cpu_max", "machines_reporting", "machines_expected")
_TRAFFIC = ("per_minute", "baseline", "change")
_GROUP = ("application", "type", "message", "count", "total", "baseline", "first_seen", "last_seen", "status")
_FIRST = ("tg_code", "ts_code", "page_id", "created_at", "delivered_at")


def report_json(report: Report) -> str:
    """The whole report, whatever its style."""
    zone = report.zone

    def part(thing: Any, names: Sequence[str]) -> dict[str, Any]:
        return with_whys({name: getattr(thing, name) for name in names}, getattr(thing, "whys", {}), zone)

    known = report.errors.special is not None
    groups = [part(group, _GROUP) for group in report.errors.groups] if known else None
    errors = with_whys({"special": report.errors.special, "groups": groups}, report.errors.whys, zone)
    first = part(report.first_order, _FIRST) if report.first_order else None
    late = None if report.overdue is None else [_overdue(line, zone) for line in report.overdue]
    answer = {
        "version": VERSION,
        "campaign": report.campaign,
        "as_of": iso(report.as_of, zone),
        "window_s": seconds(report.window),
        "products": [part(product, _PRODUCT) for product in report.products],
        "services": [part(service, _SERVICE) for service in report.services],
        "traffic": part(report.traffic, _TRAFFIC),
        "errors": errors,
        **with_whys({"first_order": first, "overdue": late}, report.whys, zone),
        "sources": [_source(source, zone) for source in report.sources],
    }
    return dumps(answer)


def _overdue(line: Any, zone: tzinfo) -> dict[str, Any]:
    figures = {
        "tg_code": line.tg_code,
        "ts_code": line.ts_code,
        "page_id": line.page_id,
        "age_s": line.age,
        "clock": line.clock,
        "status_user": line.status_user,
        "status_scm": line.status_scm,
    }
    return with_whys(figures, line.whys, zone)


def _source(source: Any, zone: tzinfo) -> dict[str, Any]:
    figures = {
        "name": source.name,
        "state": source.state,
        "fact_age_s": source.fact_age,
        "read_age_s": source.read_age,
        "why": source.why,
    }
    # null is no unknown here: it says that the answer was whole
    return {**with_whys(figures, source.whys, zone), "partial": source.partial}
