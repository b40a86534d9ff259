"""Which moment is on the screen: the present, a present held still, or a moment this screen saw earlier.

The states of the last hour are kept, one a minute: they share everything that did not change between them. Where
orders come in floods it is less than an hour.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta

from msgspec.structs import replace

from evtui.session import Session
from evtui.store.state import LaunchState
from evtui.tui.view import BACK, PAUSED, Hold, Settings, View, view

KEPT = 60
"""Earlier states that can be gone back to."""

EVERY = timedelta(minutes=1)
"""Launch time between two of them."""

LINES = 20_000
"""Order lines that may have come since the oldest of them: about ten megabytes that the store would have put on disk.
An hour of five orders a second; of a flood, less than that."""

TICK_S = 1.0
"""Seconds after which a view has to be worked out anew, though nothing was heard: ages grow."""


class Present:
    """The view to draw, computed once for everything drawn between two changes."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._past: deque[tuple[datetime, LaunchState]] = deque(maxlen=KEPT)
        self._kept: tuple[datetime, int] | None = None
        """When a state was to be kept last, and how many orders there were: in a flood none is."""
        self._view: View | None = None
        self._held: View | None = None
        """What is shown instead of the present."""

    def view(self, settings: Settings) -> View:
        """The view with these settings; the same object while nothing changed and a second has not passed."""
        if self._held is not None:
            return self._standing(self._held, settings)
        state, now = self._session.state, self._session.clock.now()
        shown = self._view
        stale = shown is None or shown.state is not state or abs((now - shown.now).total_seconds()) >= TICK_S
        if shown is None or stale:
            shown = self._view = view(state, now, self._session.scenario, settings, self._session.notebook)
        return shown

    def forget(self) -> None:
        """Work the view out anew when it is asked for next."""
        self._view = None

    def remember(self) -> None:
        """Keep the present state if a minute has passed since the last one was kept. Called once a tick."""
        now, count = self._session.clock.now(), self._session.state.orders.count
        while self._past and count - self._past[0][1].orders.count > LINES:
            self._past.popleft()
        if self._kept is None or now - self._kept[0] >= EVERY:
            if self._kept is None or count - self._kept[1] <= LINES:
                self._past.append((now, self._session.state))
            self._kept = now, count

    def pause(self, settings: Settings) -> None:
        """Hold what is shown still, or go on with the present."""
        self._held = None if self._held is not None else replace(self.view(settings), hold=Hold(PAUSED, self._now(), 0))

    def back(self, settings: Settings) -> bool:
        """Show the newest kept moment before the one shown; False where there is none."""
        shown = self.view(settings).now
        earlier = next(((at, state) for at, state in reversed(self._past) if at < shown), None)
        if earlier is None:
            return False
        at, state = earlier
        then = view(state, at, self._session.scenario, settings, self._session.notebook)
        self._held = replace(then, hold=Hold(BACK, self._now(), 0))
        return True

    def live(self) -> None:
        """Show the present again."""
        self._held = self._view = None

    def _now(self) -> datetime:
        return self._session.clock.now()

    def _standing(self, held: View, settings: Settings) -> View:
        """The moment held, drawn as is set now, with what came meanwhile counted."""
        assert held.hold is not None
        news = self._session.state.orders.count - held.state.orders.count
        zone = settings.zone or held.campaign.zone
        same = (held.hold.news, held.look, held.zone, held.notebook)
        if same != (news, settings.look, zone, self._session.notebook):
            hold = replace(held.hold, news=news)
            held = self._held = view(held.state, held.now, held.scenario, settings, self._session.notebook)
            held = self._held = replace(held, hold=hold)
        return held
