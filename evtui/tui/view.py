"""Everything the screen shows at one moment, computed once a tick and handed to every painter."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec import Struct

from evtui.alerts.rules import Alert, alerts, known
from evtui.domain.campaign import Campaign
from evtui.domain.reading import Topic
from evtui.store.delivery import FirstOrder, Overdue, first_order
from evtui.store.sales import ProductFigures, total_figures
from evtui.store.special import FaultFigures
from evtui.store.state import Health, LaunchState, health


class View(Struct, frozen=True):
    """One moment of a launch. `scenario` is empty unless the sources are simulated."""

    state: LaunchState
    now: datetime
    scenario: str
    products: tuple[ProductFigures, ...]
    total: ProductFigures
    late: tuple[Overdue, ...]
    first: FirstOrder | None
    alerts: tuple[Alert, ...]
    faults: tuple[FaultFigures, ...]
    sources: dict[Topic, Health]

    @property
    def campaign(self) -> Campaign:
        """The plan."""
        return self.state.campaign

    @property
    def simulated(self) -> tuple[str, ...]:
        """Topics that only play a launch beside sources that are real."""
        specs = self.state.specs.items()
        return () if self.scenario else tuple(str(topic) for topic, spec in specs if spec.provider == "simulated")

    @property
    def zone(self) -> ZoneInfo:
        """The zone times are shown in."""
        return self.state.campaign.zone

    @property
    def urgent(self) -> str:
        """The code to look at first: of the oldest overdue order, else the one the worst alert names; empty: none."""
        codes = [each.tracked.line.tg_code for each in self.late] or [alert.code for alert in self.alerts]
        return next((code for code in codes if code), "")

    def target(self, turned: int) -> str:
        """What Enter opens: the order that the alert turned to names, else the most urgent one."""
        named = self.alerts[turned % len(self.alerts)].code if self.alerts and turned else ""
        return named or self.urgent


def view(state: LaunchState, now: datetime, scenario: str = "") -> View:
    """The view of `state` at `now`."""
    figures = known(state, now)
    return View(
        state,
        now,
        scenario,
        figures.products,
        total_figures(state, figures.products, now),
        figures.late,
        first_order(state, now),
        alerts(state, now, figures),
        figures.faults,
        {topic: health(state, topic, now) for topic in Topic},
    )
