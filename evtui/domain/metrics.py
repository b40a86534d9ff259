"""Figures that come once a minute: CPU of machines, requests of a load balancer, machines in service."""

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
    """Machines of one service at one moment: fixed ones reporting, and the group's desired and in-service counts."""

    service: str
    fixed: int | None
    desired: int | None
    in_service: int | None
