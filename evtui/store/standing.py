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
    paid: bool = False


NOWHERE = Stand()
"""Of a line that only a question brought up and that does not count."""


def stand(tracked: Tracked, campaign: Campaign) -> Stand:
    """Where a line stands, in everything."""
    line = tracked.line
    product = campaign.product(line.page_id)
    odd = odd_line(line, campaign, product)
    if odd and not tracked.polled:
        return NOWHERE
    at = (line.created_at.timestamp(), line.ts_code)
    running = None
    paid = tracked.is_paid
    if paid and tracked.state is not _DELIVERED and (not odd or _of_launch(line, product, campaign)):
        start, event = tracked.clock_start(campaign)
        running = at if event == "created" else (start.timestamp(), line.ts_code)
    if odd:
        return Stand(at, odd, None, running, None, product if odd == AFTER_CLOSE else None, paid)
    if tracked.state is not _RELEASED:
        return Stand(at, "", at, running, None, product, paid)
    released = (tracked.released_at.timestamp(), line.ts_code) if tracked.released_at else None
    return Stand(at, "", None if tracked.came_to_nothing else at, running, released, product, paid)


def _of_launch(line: OrderLine, product: Product | None, campaign: Campaign) -> bool:
    """Whether a line is of this shop and not of a page that is sold elsewhere, odd in its time or not."""
    return line.shop_id == campaign.shop.id and (line.page_id is None or product is not None)


def sale(tracked: Tracked, stand: Stand) -> tuple[object, ...] | None:
    """What makes up a line's part in the sales, or None where it has none."""
    if not stand.paid or stand.odd:
        return None
    line = tracked.line
    return (line.quantity, line.amount, tracked.paid_at or line.created_at)


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
