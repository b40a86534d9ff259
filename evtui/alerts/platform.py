"""What is wrong with the machines, the load balancers, the charts and the logins they are read with."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from operator import itemgetter

from evtui.alerts.alert import Alert, Severity, counted
from evtui.domain.campaign import Service
from evtui.domain.metrics import FleetSize
from evtui.domain.reading import Topic
from evtui.domain.trip import LOGIN_NEAR, Login
from evtui.store.charts import ChartFigures, charts, targets
from evtui.store.load import cpu_now, services
from evtui.store.state import LaunchState, SourceState, health

HOT_PERCENT = 90.0
"""CPU of a single machine from which it is called saturated, however calm the mean."""

ENDING = (LOGIN_NEAR, timedelta(minutes=10), timedelta())
"""Time left of a login at which it is said, said louder, and said to be over."""

LATE = timedelta(minutes=10)
"""Age from which what was told of machines and load balancers is no alert of the present any more where their source
fails: a single poll that fails takes none away, and what nobody can see is said of the source."""

LATE_CHART = timedelta(minutes=10)
"""Age from which a chart's newest value is no longer held against its limits: it says nothing of the present."""


def platform_alerts(state: LaunchState, now: datetime) -> Iterator[Alert]:
    """Machines, load balancers and charts."""
    for service in services(state):
        cpu = cpu_now(state, service, now)
        told = cpu.minute is not None and _is_present(state, Topic.CPU, cpu.minute, now)
        if told and cpu.max is not None and cpu.max >= HOT_PERCENT:
            hot = sum(1 for _, value in cpu.machines if value is not None and value >= HOT_PERCENT)
            text = f"{service}: {counted(hot, 'machine')} at {cpu.max:.0f} % under a mean of {cpu.mean:.0f} %"
            yield Alert(f"hot {service}", Severity.PROBLEM, text, hot)
        if told and cpu.expected and cpu.reporting < cpu.expected:
            text = f"{service}: {cpu.reporting} of {cpu.expected} machines report CPU"
            yield Alert(f"machines {service}", Severity.WARNING, text)
        yield from _fleet(state, service, now)
        yield from _targets(state, service, now)
    for each in charts(state):
        if each.crossed and each.minute is not None and now - each.minute <= LATE_CHART:
            yield Alert(f"chart {each.chart.name}", Severity.PROBLEM, _crossed(each))


def _is_present(state: LaunchState, topic: Topic, at: datetime, now: datetime) -> bool:
    """Whether what was told of `at` may still be called so at `now`."""
    return now - at <= LATE or health(state, topic, now).usable


def _crossed(each: ChartFigures) -> str:
    """What a chart says, and the limit it went over or under."""
    chart = each.chart
    under = chart.below is not None and each.value is not None and each.value <= chart.below
    limit = chart.below if under else chart.above
    unit = f" {chart.unit}" if chart.unit else ""
    return f"{chart.name} {each.value:,.6g}{unit}: {limit:,.6g}{unit} or {'less' if under else 'more'} is a problem"


def _fleet(state: LaunchState, service: str, now: datetime) -> Iterator[Alert]:
    seen, plan = state.fleet.get(service), state.campaign.service(service)
    if seen is None or plan is None or not _is_present(state, Topic.CAPACITY, seen[0], now):
        return
    size = seen[1]
    running = size.in_service
    if now > state.campaign.closes:
        yield from _scale_down(service, plan, size)
    elif running is not None and plan.planned_scaled is not None and running < plan.planned_scaled:
        coming = sum(count for name, count in size.lifecycle if name.startswith("Pending"))
        more = f", {coming} coming" if coming else ""
        text = f"{service}: {counted(running, 'scaled machine')} in service{more}, {plan.planned_scaled} planned"
        if size.largest is not None and size.largest < plan.planned_scaled:
            text += f"; the group may have {size.largest} at most"
        yield Alert(f"fleet {service}", Severity.WARNING, text)
    elif running is not None and size.desired is not None and running < size.desired:
        text = f"{service}: {counted(running, 'scaled machine')} in service, {size.desired} desired"
        yield Alert(f"fleet {service}", Severity.NOTICE, text)
    if plan.planned_fixed is not None and size.fixed is not None and size.fixed < plan.planned_fixed:
        text = f"{service}: {size.fixed} of {counted(plan.planned_fixed, 'fixed machine')} running"
        yield Alert(f"fixed {service}", Severity.WARNING, text)
    if size.suspended:
        text = f"{service}: the group does not scale, suspended: {', '.join(size.suspended)}"
        yield Alert(f"suspended {service}", Severity.WARNING, text)


def _scale_down(service: str, plan: Service, size: FleetSize) -> Iterator[Alert]:
    """After the close: more machines than run normally still cost money."""
    if plan.before_scaled is None:
        return
    kept = size.desired if size.desired is not None else size.in_service
    if kept is not None and kept > plan.before_scaled:
        text = (
            f"{service}: the sale is over, {kept} scaled machines are kept and {plan.before_scaled} usual: scale down"
        )
        yield Alert(f"scale down {service}", Severity.WARNING, text)


def _targets(state: LaunchState, service: str, now: datetime) -> Iterator[Alert]:
    for group in targets(state, service):
        told_at, _ = state.targets[service, group.group]
        if group.healthy >= group.total or not _is_present(state, Topic.TARGETS, told_at, now):
            continue
        text = f"{service}: {group.healthy} of {counted(group.total, 'target')} healthy in {group.group}"
        if group.reasons:
            text += f" ({', '.join(group.reasons)})"
        severity = Severity.PROBLEM if group.healthy == 0 else Severity.WARNING
        yield Alert(f"targets {service} {group.group}", severity, text, group.total - group.healthy)


def source_alerts(state: LaunchState, now: datetime) -> Iterator[Alert]:
    """Sources that do not answer, answer in part, or whose login is about to end."""
    logins: dict[str, list[tuple[datetime, Login, str]]] = {}
    for topic in state.specs:
        source = health(state, topic, now)
        if source.state is SourceState.AUTH:
            remedy = f"; {source.remedy}" if source.remedy else ""
            yield Alert(f"source {topic}", Severity.PROBLEM, f"{topic}: login needed: {source.why}{remedy}")
            continue
        if source.state in (SourceState.DOWN, SourceState.STALE):
            yield Alert(f"source {topic}", Severity.WARNING, f"{topic} {source.state}: {source.why}")
        elif source.usable and source.coverage.note:
            yield Alert(f"source {topic}", Severity.NOTICE, f"{topic}: {source.coverage.note}")
        seen = state.sources.get(topic)
        if seen and seen.trip and seen.login:
            logins.setdefault(seen.login.who, []).append((seen.trip[0], seen.login, str(topic)))
    for told in logins.values():
        # one that was renewed is known first to the source that was asked last
        yield from _ending(max(told, key=itemgetter(0))[1], [topic for _, _, topic in told], now)


def _ending(login: Login, topics: list[str], now: datetime) -> Iterator[Alert]:
    """A login that nobody renews by itself, said once for all sources that use it."""
    left = login.due(now)
    if left is None:
        return
    step = next((step for step, limit in enumerate(reversed(ENDING)) if left <= limit), None)
    if step is None:
        return
    minutes = max(int(left / timedelta(minutes=1)), 0)
    when = "is over" if left <= timedelta() else f"ends in {counted(minutes, 'minute')}"
    remedy = f"; {login.remedy}" if login.remedy else ""
    # each step is more than the one before it, so that an acknowledged warning comes back
    yield Alert(
        f"login {login.who}",
        (Severity.PROBLEM, Severity.PROBLEM, Severity.WARNING)[step],
        f"the login of {login.who} {when} ({', '.join(topics)}){remedy}",
        len(ENDING) - step,
    )
