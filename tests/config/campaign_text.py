"""A small correct campaign file for tests to break."""

from __future__ import annotations

GOOD = """\
version = 1
[campaign]
id = "spring"
name = "Spring"
market = "HK"
environment = "QA"
timezone = "Asia/Hong_Kong"
currency = "HKD"
shop = { id = 28, name = "CUAPP" }
estimate = { days = 2, sets = 300, max_revenue = 40000 }

[[products]]
page_id = 1
name = "One"
price = 100
on_sale = 2024-03-04T10:00:00
off_sale = 2024-03-05T17:00:00
stock = 200

[[products]]
page_id = 2
name = "Two"
price = 200
on_sale = 2024-03-04T10:00:00
off_sale = 2024-03-05T17:00:00
stock = 100

[sla]
deliver_within = "1h"
clock_starts = "paid"

[report]
every = "30m"
owners = { voucher = "desk", issuer = "desk" }

[errors]
baseline = "24h"

[sources.traffic]
provider = "simulated"
"""
"""No problems and no findings."""


def changed(old: str, new: str) -> str:
    """GOOD with the first `old` replaced; fails where `old` does not stand in it."""
    assert old in GOOD
    return GOOD.replace(old, new, 1)
