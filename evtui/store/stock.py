"""Which words on the stock of a product count now, and when it ran out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from evtui.domain.campaign import Product
from evtui.store.state import LaunchState, StockSeen


def levels_of(state: LaunchState, product: Product) -> list[StockSeen]:
    """The SKUs of a product; none where the newest reading left out any that was told of before."""
    levels = [seen for (page, _), seen in state.stock.items() if page == product.page_id]
    return levels if all(seen.read_at == state.stock_read_at for seen in levels) else []


def vanished(state: LaunchState, product: Product) -> int:
    """SKUs of a product that were told of, and that the newest reading of the stock left out."""
    return sum(
        page == product.page_id and seen.read_at != state.stock_read_at for (page, _), seen in state.stock.items()
    )


def sold_out_at(levels: Sequence[StockSeen]) -> datetime | None:
    """When the last of the SKUs went from some to none; those that never had any do not matter beside others."""
    found: datetime | None = None
    for seen in levels:
        if seen.stocked_at is None:
            continue
        if seen.gone_by is None or seen.gone_by < seen.stocked_at:
            return None
        found = max(found or seen.gone_by, seen.gone_by)
    return found
