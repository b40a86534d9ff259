"""Where one order line stands in each of a book's lists, and its part in what a bucket holds."""

from __future__ import annotations

from msgspec import Struct

from evtui.domain.campaign import Campaign, Product
from evtui.domain.orders import OrderLine, OrderState
from evtui.store.cold import Sums
from evtui.store.orders import AFTER_CLOSE, odd_line
from evtui.store.places import Place
from evtui.store.tracked import Tracked

# looked up in the enumeration for every line, they take a tenth of the time of all
_DELIVERED, _RELEASED = OrderState.DELIVERED, OrderState.RELEASED


class Stand(Struct, frozen=True, gc=False):
    """Where a line stands in each of the book's lists; None is nowhere."""

    at: Place | None = None
    """In the feed."""
    odd: str = ""
    bought: Place | None = None
    """Among the valid lines that were not given back unpaid."""
    open: Place | None = None
    released: Place | None = None
    product: Product | None = None
    """The product whose tally it is part of."""
    sold_at: float | None = None
    """When it was sold, in seconds since the epoch; made, where nobody saw the payment. None: it is not a sale."""


NOWHERE = Stand()
"""Of a line that only a question brought up and that does not count."""


def stand(tracked: Tracked, campaign: Campaign) -> Stand:
    """Where a line stands, in everything."""
    line = tracked.line
    product = campaign.product(line.page_id)
    odd = odd_line(line, campaign, product)
    if not odd:
        return _regular(tracked, campaign, (line.created_at.timestamp(), line.ts_code), product)
    if not tracked.polled:
        return NOWHERE
    at = (line.created_at.timestamp(), line.ts_code)
    running = None
    if tracked.is_open and _of_launch(line, product, campaign):
        start, event = tracked.clock_start(campaign)
        running = at if event == "created" else (start.timestamp(), line.ts_code)
    return Stand(at, odd, None, running, None, product if odd == AFTER_CLOSE else None)


def stand_again(new: Tracked, old: Tracked, before: Stand, campaign: Campaign) -> Stand:
    """Where a line stands that stood at `before`: nearly always where it did, so most need not be worked out."""
    line, held = new.line, old.line
    same = line.created_at == held.created_at and line.page_id == held.page_id and line.shop_id == held.shop_id
    if before.at is None or before.odd or not same:
        return stand(new, campaign)
    return _regular(new, campaign, before.at, before.product)


def _regular(tracked: Tracked, campaign: Campaign, at: Place, product: Product | None) -> Stand:
    """Where a line stands in which nothing is odd."""
    state = tracked.state
    if state is _RELEASED:
        released = (tracked.released_at.timestamp(), at[1]) if tracked.released_at else None
        return Stand(at, "", None if tracked.came_to_nothing else at, None, released, product)
    if state is not _DELIVERED and not tracked.is_paid:
        return Stand(at, "", at, None, None, product)
    paid_at = tracked.paid_at
    known = paid_at is not None and paid_at != tracked.line.created_at
    sold_at = paid_at.timestamp() if paid_at is not None and known else at[0]
    if state is _DELIVERED:
        return Stand(at, "", at, None, None, product, sold_at)
    running = (sold_at, at[1]) if known and campaign.sla.clock_starts == "paid" else at
    return Stand(at, "", at, running, None, product, sold_at)


def _of_launch(line: OrderLine, product: Product | None, campaign: Campaign) -> bool:
    """Whether a line is of this shop and not of a page that is sold elsewhere, odd in its time or not."""
    return line.shop_id == campaign.shop.id and (line.page_id is None or product is not None)


def note(sums: Sums, before: Stand, after: Stand) -> None:
    """Keep what a bucket holds in step."""
    if before.at is not None:
        sums.placed -= 1
        sums.odd -= bool(before.odd)
        sums.open -= before.open is not None
    if after.at is None:
        return
    sums.placed += 1
    sums.odd += bool(after.odd)
    sums.open += after.open is not None
    time = after.at[0]
    if time < sums.oldest:
        sums.oldest = time
    if time > sums.newest:
        sums.newest = time
    if after.released is not None and after.released[0] > sums.released:
        sums.released = after.released[0]
