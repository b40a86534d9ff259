"""Where one order line stands in each of a book's lists, and its part in what a bucket holds."""

from __future__ import annotations

from msgspec import Struct

from evtui.domain.campaign import Campaign, Product
from evtui.domain.orders import OrderState
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


class Ground:
    """A campaign as order lines are held against it, each part of it looked up once for many lines."""

    __slots__ = ("_campaign", "_from_payment", "_products", "_shop")

    def __init__(self, campaign: Campaign) -> None:
        self._campaign = campaign
        self._shop = campaign.shop.id
        self._products: dict[int | None, Product] = {product.page_id: product for product in campaign.products[::-1]}
        self._from_payment = campaign.sla.clock_starts == "paid"

    def stand(self, tracked: Tracked) -> Stand:
        """Where a line stands, in everything."""
        line = tracked.line
        made = line.created_at
        product = self._products.get(line.page_id)
        # nearly always, and then nothing is odd
        if product is None or line.shop_id != self._shop or not product.on_sale <= made <= product.off_sale:
            odd = odd_line(line, self._campaign, product)
            if odd:
                return self._odd(tracked, odd, product) if tracked.polled else NOWHERE
        return self._regular(tracked, (made.timestamp(), line.ts_code), product)

    def stand_again(self, new: Tracked, old: Tracked, before: Stand) -> Stand:
        """Where a line stands that stood at `before`: mostly where it did, so little of it need be worked out."""
        line, held = new.line, old.line
        same = line.created_at == held.created_at and line.page_id == held.page_id and line.shop_id == held.shop_id
        if before.at is None or before.odd or not same:
            return self.stand(new)
        return self._regular(new, before.at, before.product)

    def _regular(self, tracked: Tracked, at: Place, product: Product | None) -> Stand:
        """Where a line stands in which nothing is odd."""
        state = tracked.state
        delivered = state is _DELIVERED
        if state is _RELEASED:
            released = (tracked.released_at.timestamp(), at[1]) if tracked.released_at else None
            return Stand(at, "", None if tracked.came_to_nothing else at, None, released, product)
        if not delivered and not tracked.is_paid:
            return Stand(at, "", at, None, None, product)
        paid_at = tracked.paid_at
        if paid_at is None or paid_at == tracked.line.created_at:
            return Stand(at, "", at, None if delivered else at, None, product, at[0])
        sold_at = paid_at.timestamp()
        running = None if delivered else (sold_at, at[1]) if self._from_payment else at
        return Stand(at, "", at, running, None, product, sold_at)

    def _odd(self, tracked: Tracked, odd: str, product: Product | None) -> Stand:
        """Where a line stands that does not count: its clock runs nevertheless if it is this launch's."""
        line = tracked.line
        at = (line.created_at.timestamp(), line.ts_code)
        running = None
        ours = line.shop_id == self._shop and (line.page_id is None or product is not None)
        if ours and tracked.is_open:
            start, event = tracked.clock_start(self._campaign)
            running = at if event == "created" else (start.timestamp(), line.ts_code)
        return Stand(at, odd, None, running, None, product if odd == AFTER_CLOSE else None)


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
