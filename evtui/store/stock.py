"""Which words on the stock of a product count now, and when it ran out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from evtui.store.state import LaunchState, StockSeen


def by_page(state: LaunchState) -> Mapping[int, Sequence[StockSeen]]:
    """Every SKU ever told of, page by page: found once for all products, of which there may be a thousand."""
    found: dict[int, list[StockSeen]] = {}
    for (page, _), seen in state.stock.items():
        found.setdefault(page, []).append(seen)
    return found


def standing(state: LaunchState, skus: Sequence[StockSeen]) -> Sequence[StockSeen]:
    """The SKUs of a product; none where the newest reading left out any that was told of before."""
    return () if vanished(state, skus) else skus


def vanished(state: LaunchState, skus: Sequence[StockSeen]) -> int:
    """SKUs of a product that were told of, and that the newest reading of the stock left out."""
    return sum(seen.read_at != state.stock_read_at for seen in skus)


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
