"""Stock as the platform's stock table tells it."""

from __future__ import annotations

from msgspec import Struct


class StockLevel(Struct, frozen=True):
    """One SKU of one sale page, in sets, from `ProductStock` (or a source mapped to it).

    `total - selling = reg - cancel` holds in the table itself; where it does not, the table is in doubt.
    """

    page_id: int
    sku_id: int
    total: int | None
    """`ProductStock_TotalQty`: put on sale."""
    reg: int | None
    """`ProductStock_RegQty`: ordered, cancelled ones included."""
    cancel: int | None
    """`ProductStock_CancelQty`."""
    selling: int
    """`ProductStock_SellingQty`: still sellable; below zero when oversold."""
