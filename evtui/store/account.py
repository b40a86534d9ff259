"""What one batch changes in the tally and in the sales of a product."""

from __future__ import annotations

from msgspec import Struct, field

from evtui.domain.campaign import Product
from evtui.domain.orders import OrderLine, OrderState
from evtui.store.orders import Tally
from evtui.store.series import Counts, minute_of
from evtui.store.standing import Stand
from evtui.store.tracked import Tracked

# looked up in the enumeration for every line, they take a tenth of the time of all
_DELIVERED, _RELEASED = OrderState.DELIVERED, OrderState.RELEASED


class Account(Struct):
    """Differences to the tally of a product, its fields by the same names, and to the sets it sold by minute."""

    price: float | None
    """Of one set; what a line cost whose amount was not told."""
    closing: int
    """The minute its sale closes in."""
    lines: int = 0
    in_flight: int = 0
    sold: int = 0
    released: int = 0
    delivered: int = 0
    revenue_cents: int = 0
    unpriced: int = 0
    last_minute: int = 0
    sales: dict[int, int] = field(default_factory=dict)

    def count(self, tracked: Tracked, stand: Stand, sign: int) -> None:
        """Add a line (`sign` 1), or take it out again as it was believed before (-1)."""
        if stand.at is None:
            return
        quantity = sign * tracked.line.quantity
        if stand.at[0] // 60 == self.closing:
            self.last_minute += quantity
        if stand.odd:
            return
        self.lines += sign
        state = tracked.state
        if state is _RELEASED:
            self.released += quantity
        elif stand.sold_at is None:
            self.in_flight += quantity
        else:
            self._sell(tracked.line, stand.sold_at, sign)
        if state is _DELIVERED:
            self.delivered += quantity

    def _sell(self, line: OrderLine, sold_at: float, sign: int) -> None:
        """The money for a line, and the minute it came in."""
        quantity = sign * line.quantity
        self.sold += quantity
        amount = line.amount
        if amount is None and self.price is not None:
            amount = self.price * line.quantity
        if amount is None:
            self.unpriced += sign
        else:
            self.revenue_cents += sign * round(amount * 100)
        minute = int(sold_at // 60)
        self.sales[minute] = self.sales.get(minute, 0) + quantity

    def tally(self, held: Tally) -> Tally:
        """`held` after these changes."""
        return Tally(
            held.lines + self.lines,
            held.in_flight + self.in_flight,
            held.sold + self.sold,
            held.released + self.released,
            held.delivered + self.delivered,
            held.revenue_cents + self.revenue_cents,
            held.unpriced + self.unpriced,
            held.last_minute + self.last_minute,
        )

    def counts(self, held: Counts) -> Counts:
        """Sales by minute after these changes."""
        return held.add({minute: number for minute, number in self.sales.items() if number})


def open_account(product: Product) -> Account:
    """An account with nothing in it yet."""
    return Account(product.price, minute_of(product.off_sale))


def only_delivered(old: Tracked, before: Stand, new: Tracked, after: Stand) -> bool:
    """Whether a line counts as before in everything but, perhaps, its delivery: the same set sold at the same time."""
    return (
        before.sold_at is not None
        and before.at is after.at
        and before.sold_at == after.sold_at
        and before.product is after.product
        and old.line.quantity == new.line.quantity
        and old.line.amount == new.line.amount
    )
