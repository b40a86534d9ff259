"""Figures that come once a minute: CPU, requests of a load balancer, machines in service and their targets, charts."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct


class CpuPoint(Struct, frozen=True):
    """Mean CPU of one machine over one complete minute, in percent 0 to 100 (CloudWatch `CPUUtilization`)."""

    service: str
    machine: str
    minute: datetime
    """Start of the minute."""
    percent: float


class TrafficPoint(Struct, frozen=True):
    """Requests in one complete minute, all services together (load balancer `RequestCount`)."""

    minute: datetime
    requests: float


class FleetSize(Struct, frozen=True):
    """Machines of one service at one moment: fixed ones running, and what its Auto Scaling group says of itself."""

    service: str
    fixed: int | None
    desired: int | None
    in_service: int | None
    """Machines of the group whose lifecycle state is `InService`."""
    lifecycle: tuple[tuple[str, int], ...] = ()
    """How many of its machines are in each other lifecycle state, by name, such as `Pending:Wait`."""
    smallest: int | None = None
    """Fewest machines the group may run (MinSize)."""
    largest: int | None = None
    """Most machines it may run (MaxSize): it does not scale beyond."""
    suspended: tuple[str, ...] = ()
    """Scaling processes somebody has switched off, such as `Launch`: the group does not scale while they are."""


class TargetHealth(Struct, frozen=True):
    """Targets of one target group as its load balancer checks them (Elastic Load Balancing `DescribeTargetHealth`)."""

    service: str
    group: str
    """Name of the target group."""
    healthy: int
    total: int
    """Targets that should take requests: those that are being drained or not in use are left out."""
    states: tuple[tuple[str, int], ...] = ()
    """How many targets are in each state but `healthy`, by name, such as `unhealthy` or `draining`."""
    reasons: tuple[str, ...] = ()
    """Why targets are not healthy, such as `Target.Timeout`; each once."""


class Chart(Struct, frozen=True):
    """A further figure to be watched beside CPU and traffic: payment success, latency, queue depth."""

    name: str
    unit: str = ""
    """What stands behind its figures, such as `%` or `ms`."""
    below: float | None = None
    """From this value down it is a problem."""
    above: float | None = None
    """From this value up it is a problem."""


class ChartPoint(Struct, frozen=True):
    """One value of a chart, in its unit, over one complete minute."""

    chart: str
    minute: datetime
    value: float
