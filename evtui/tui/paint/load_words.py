"""What the CPU and traffic pane says beside its graphs."""

from __future__ import annotations

from datetime import timedelta

from evtui.domain.reading import Topic
from evtui.report.words import word
from evtui.store.load import CpuFigures, cpu_window, last_report, report_window, services, traffic_history
from evtui.store.load import traffic as traffic_figures
from evtui.tui.format import UNKNOWN, at, change, hour_or_day, percent, short_number
from evtui.tui.lines import Line, Run
from evtui.tui.paint import charts
from evtui.tui.paint.timeline import Happening, Timeline
from evtui.tui.view import View

_MINUTE = timedelta(minutes=1)


def service(view: View, cpu: CpuFigures, *, whole: bool) -> list[str]:
    """What follows the first words on a service; `whole`, with what a report would say since opening."""
    values = [value for _, value in cpu.machines if value is not None]
    least = f"{min(values):.0f}" if values else UNKNOWN
    words = [f"   min {least} at {at(cpu.minute, view.zone, '%H:%M')}"]
    if whole:
        window = cpu_window(view.state, cpu.service, *report_window(view.state, view.now, None))
        since = UNKNOWN if window.since is None else hour_or_day(window.since, view.zone, view.now)
        reach = "" if window.low is None or window.high is None else f" ({window.low:.0f}–{window.high:.0f})"
        words += [f"   since {since} {percent(window.mean)}{reach}", f"   busiest machine {percent(window.max)}"]
    return words


def silence(view: View, cpu: CpuFigures, machine: str) -> str:
    """Since when a machine has not reported."""
    last = last_report(view.state, cpu.service, machine)
    if last is None:
        return "never reported"
    if cpu.minute is not None and last > cpu.minute:
        return f"no report at {at(cpu.minute, view.zone, '%H:%M')}"
    return f"no report since {hour_or_day(last + _MINUTE, view.zone, view.now)}"


def traffic(view: View) -> tuple[list[str], str]:
    """What is said of the traffic, the newest figure first; and its style."""
    health = view.sources[Topic.TRAFFIC]
    if view.state.traffic.newest is None:
        why = health.why or word(health.coverage.note) or "no minute of it was told yet"
        return [f" traffic {UNKNOWN} {why}"], "dim"
    figures = traffic_figures(view.state, *report_window(view.state, view.now, None))
    mark = "" if health.usable else f" {health.state.upper()}"
    words = [
        f" traffic {short_number(figures.newest)}/min {change(figures.change)}{mark}".rstrip(),
        f"   before opening {short_number(figures.baseline)}/min",
        f"   yesterday {_against(figures.last_hour, figures.yesterday)}",
        f"   {'since open' if view.now > view.campaign.opens else 'last hour'} {short_number(figures.per_minute)}/min",
    ]
    return words, "" if health.usable else "dim"


def _against(hour: float | None, yesterday: float | None) -> str:
    """Yesterday's same hour, and what the last hour is against it."""
    risen = (hour - yesterday) / yesterday if hour is not None and yesterday else None
    return f"{short_number(yesterday)}/min{'' if risen is None else f', now {change(risen)}'}"


def traffic_told(view: View, line: Timeline) -> tuple[list[str], str, dict[int, float], float]:
    """The same with the minutes of a graph and its top, which is said too."""
    words, style = traffic(view)
    history = traffic_history(view.state, *line.bounds) if line.cells else {}
    top = max(history.values(), default=0.0)
    return [*words, f"   graph up to {short_number(top)}/min"], style, history, top


def fleet(view: View) -> list[Line]:
    """Machines in service of those planned, for each service that has a plan, and what load balancers say of them."""
    lines: list[Line] = []
    told = [name for name in services(view.state) if name in view.state.fleet or charts.in_service(view, name)]
    for name in [*told, *(name for name in view.state.fleet if name not in told)]:
        targets = charts.in_service(view, name)
        words = [each for each in (_machines(view, name, short=bool(targets)), targets) if each]
        if words:
            text = f" fleet   {name} {' · '.join(words)}"
            lines.append(((text, "warn" if _is_short(view, name) or text.endswith("!") else ""),))
    return lines


def _machines(view: View, name: str, *, short: bool) -> str:
    """`1+3 in service of 1+3 planned`, with the machines that are neither here nor gone."""
    held, plan = view.state.fleet.get(name), view.campaign.service(name)
    if held is None or plan is None or plan.planned is None:
        return ""
    size = held[1]
    fixed = size.fixed if size.fixed is not None else "?"
    scaled = size.in_service if size.in_service is not None else UNKNOWN
    of = "of" if short else "in service of"
    text = f"{fixed}+{scaled} {of} {plan.planned_fixed or 0}+{plan.planned_scaled or 0} planned"
    if size.desired is not None and size.desired != size.in_service:
        text += f", {size.desired} desired"
    moving = ", ".join(f"{count} {state}" for state, count in size.lifecycle)
    return f"{text} ({moving})" if moving else text


def _is_short(view: View, name: str) -> bool:
    held, plan = view.state.fleet.get(name), view.campaign.service(name)
    known = held is not None and held[1].in_service is not None and plan is not None
    return bool(known and held and plan and (held[1].in_service or 0) < (plan.planned_scaled or 0))


def happening(view: View, each: Happening) -> Line:
    """What happened when, in full."""
    who: tuple[Run, ...] = ((f" (mark by {each.by})", "dim"),) if each.by else ()
    return ((f" {at(each.at, view.zone, '%m-%d %H:%M')} ", "dim"), (each.what, ""), *who)
