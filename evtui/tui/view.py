"""Everything the screen shows at one moment, computed once a tick and handed to every painter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec import Struct

from evtui.alerts.notebook import Notebook, Standing, standing
from evtui.alerts.rules import Alert, alerts, known
from evtui.domain.campaign import Campaign
from evtui.domain.reading import Topic
from evtui.store.delivery import FirstOrder, Overdue, first_order
from evtui.store.sales import ProductFigures, total_figures
from evtui.store.special import FaultFigures
from evtui.store.state import Health, LaunchState, healths
from evtui.tui.look import Look


class Settings(Struct, frozen=True):
    """What the engineer has set that changes how facts are shown, not which."""

    look: Look = Look()
    zone: ZoneInfo | None = None
    """Zone that times are shown in; None: the campaign's."""


PAUSED, BACK = "PAUSED", "BACK"
"""Words of a `Hold`: held still by a key; an earlier moment."""


class Hold(Struct, frozen=True):
    """A screen that does not show the present: since when by the clock, and how many orders came meanwhile."""

    word: str
    since: datetime
    news: int


class View(Struct, frozen=True):
    """One moment of a launch. `scenario` is empty unless the sources are simulated."""

    state: LaunchState
    now: datetime
    scenario: str
    look: Look
    zone: ZoneInfo
    """The zone times are shown in."""
    notebook: Notebook
    hold: Hold | None
    products: tuple[ProductFigures, ...]
    total: ProductFigures
    late: Sequence[Overdue]
    first: FirstOrder | None
    standing: tuple[Standing, ...]
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
    def alerts(self) -> tuple[Alert, ...]:
        """Every alert in the order they are shown in: those that nobody has seen first."""
        return tuple(each.alert for each in self.standing)

    @property
    def urgent(self) -> str:
        """The code to look at first: of the oldest overdue order, else the one the worst alert names; empty: none."""
        codes = [each.tracked.line.tg_code for each in self.late[:1]] + [alert.code for alert in self.alerts]
        return next((code for code in codes if code), "")

    def target(self, turned: int) -> str:
        """What Enter opens: the order that the alert turned to names, else the most urgent one."""
        named = self.alerts[turned % len(self.alerts)].code if self.alerts and turned else ""
        return named or self.urgent


def view(
    state: LaunchState,
    now: datetime,
    scenario: str = "",
    settings: Settings = Settings(),
    notebook: Notebook = Notebook(),
) -> View:
    """The view of `state` at `now`."""
    figures = known(state, now)
    return View(
        state,
        now,
        scenario,
        settings.look,
        settings.zone or state.campaign.zone,
        notebook,
        None,
        figures.products,
        total_figures(state, figures.products, now),
        figures.late,
        first_order(state, now),
        standing(alerts(state, now, figures), notebook, now),
        figures.faults,
        healths(state, now),
    )
