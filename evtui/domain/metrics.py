"""Figures that come once a minute: CPU of machines, requests of a load balancer, machines in service."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class CpuPoint:
    """Mean CPU of one machine over one complete minute, in percent 0 to 100 (CloudWatch `CPUUtilization`)."""

    service: str
    machine: str
    minute: datetime
    """Start of the minute."""
    percent: float


@dataclass(frozen=True, slots=True)
class TrafficPoint:
    """Requests in one complete minute, all services together (load balancer `RequestCount`)."""

    minute: datetime
    requests: float


@dataclass(frozen=True, slots=True)
class FleetSize:
    """Machines of one service at one moment: fixed ones reporting, and the group's desired and in-service counts."""

    service: str
    fixed: int | None
    desired: int | None
    in_service: int | None
