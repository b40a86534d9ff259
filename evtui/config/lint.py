"""What a correct campaign file still leaves open: sums that disagree, and what nobody wrote down.

A finding is not a problem: the file can be used, and a person should look. Severity A can cause a wrong action, B a
wrong report, C is missing information. Numbers up to F-22 are those of the runbook's own list; of those, only the ones
that a file can show are found here. At most one finding has any one number, so that it can be acknowledged by it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct

from evtui.config.duration import format_duration
from evtui.domain.campaign import Campaign, Product, Service
from evtui.text import LISTED, fold, listed

if TYPE_CHECKING:
    from evtui.config.load import CampaignFile

CLOSING_ROLE = "closing"
"""Role in `report.owners` of whoever is there when the sale closes."""

SCALING_ROLE = "scaling"
"""Role in `report.owners` of whoever adds machines and takes them away again."""

NEEDED_ROLES = ("voucher", "issuer")
"""Roles that notices about overdue orders are addressed to."""

OFFICE_HOURS = range(9, 18)
"""Local hours in which somebody is there without being asked."""


class Finding(Struct, frozen=True):
    """One thing a person should look at. `key` names the config keys it concerns, comma-separated."""

    id: str
    severity: str
    title: str
    detail: str
    key: str


def findings(campaign: Campaign) -> tuple[Finding, ...]:
    """What the plan alone shows, by number."""
    return tuple(finding for rule in _RULES if (finding := rule(campaign)) is not None)


def file_findings(file: CampaignFile) -> tuple[Finding, ...]:
    """`findings` of the file's campaign, and what only the file shows: decisions that were left to a default."""
    found = [*findings(file.campaign), *_undecided(file)]
    traffic = _traffic_source(file)
    if traffic is not None:
        # one number, one finding: the two gaps of F-13 become one
        other = next((finding for finding in found if finding.id == traffic.id), None)
        if other is not None:
            found.remove(other)
            title, key = f"{other.title}; {traffic.title}", f"{other.key}, {traffic.key}"
            traffic = Finding(traffic.id, traffic.severity, title, f"{other.detail} {traffic.detail}", key)
        found.append(traffic)
    return tuple(sorted(found, key=lambda finding: finding.id))


def number(value: float) -> str:
    """`16500` as `16,500`; a fraction keeps two digits."""
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"


def _total(values: Iterable[float | None]) -> float | None:
    """The sum, or None where one of the values is not known."""
    total = 0.0
    for value in values:
        if value is None:
            return None
        total += value
    return total


def _adds(values: Iterable[float | None]) -> str:
    """What a sum is made of; of many products, how many they are."""
    parts = [number(value) for value in values if value is not None]
    return " + ".join(parts) if len(parts) <= LISTED else f"{len(parts):,} products"


def _sets(campaign: Campaign) -> Finding | None:
    stock = _total(product.stock for product in campaign.products)
    planned = campaign.estimate.sets
    if stock is None or planned is None or stock == planned:
        return None
    sum_of = _adds(product.stock for product in campaign.products)
    detail = (
        f"The estimate says {number(planned)} sets, stock adds up to {number(stock)} ({sum_of}). "
        "Sell-out is judged on stock; ask which of the two is the cap."
    )
    return Finding("F-01", "B", "Planned sets and stock disagree", detail, "campaign.estimate.sets")


def _value(product: Product) -> float | None:
    return None if product.price is None or product.stock is None else product.price * product.stock


def _revenue(campaign: Campaign) -> Finding | None:
    value = _total(map(_value, campaign.products))
    most = campaign.estimate.max_revenue
    if value is None or most is None or value == most:
        return None
    verdict = "cannot be reached" if most > value else "is less than the stock can bring"
    detail = (
        f"The estimate says at most {number(most)} {campaign.currency}, all stock sold brings {number(value)} "
        f"({_adds(map(_value, campaign.products))}). No percentage of the estimate means anything until one is chosen."
    )
    return Finding("F-02", "B", f"Highest revenue {verdict}", detail, "campaign.estimate.max_revenue")


def _local(campaign: Campaign, moment: datetime) -> datetime:
    return moment.astimezone(campaign.zone)


def _last_minute(campaign: Campaign) -> Finding | None:
    early = [
        (index, product)
        for index, product in enumerate(campaign.products)
        if (ends := _local(campaign, product.off_sale)).minute == 59 and ends.second == 0
    ]
    if not early:
        return None
    ends = _local(campaign, early[0][1].off_sale)
    detail = (
        f"Ends at {ends:%H:%M:%S}, so the minute up to {ends + timedelta(minutes=1):%H:%M} is not part of the sale: "
        f"{listed(product.label for _, product in early)}. Write :59 if it should be."
    )
    keys = ", ".join(f"products[{index}].off_sale" for index, _ in early)
    return Finding("F-08", "C", "The last minute is outside the sale", detail, keys)


def _scales(service: Service) -> bool:
    """Whether the plan has more machines, or others, than run normally."""
    before = (service.before_fixed, service.before_scaled)
    return before != (None, None) and before != (service.planned_fixed, service.planned_scaled)


def _machines(fixed: int | None, scaled: int | None) -> str:
    return f"{'?' if fixed is None else fixed}+{'?' if scaled is None else scaled}"


def _scaling(campaign: Campaign) -> Finding | None:
    scaled = [service for service in campaign.services if _scales(service)]
    if not scaled:
        return None
    steps = listed(
        f"{service.name} {_machines(service.before_fixed, service.before_scaled)} to "
        f"{_machines(service.planned_fixed, service.planned_scaled)}"
        for service in scaled
    )
    owner = campaign.report.owners.get(SCALING_ROLE, "")
    gaps = "when it happens and when it is taken back" + ("" if owner else ", and who does it")
    detail = (
        f"Planned (fixed + scaled): {steps}. Not said: {gaps}; nor whether the scaled number is the group's minimum, "
        f"desired or maximum.{'' if owner else f' Name the owner as report.owners.{SCALING_ROLE}.'}"
    )
    title = "Scaling has no time and no scale-down" if owner else "Scaling has no time, no owner and no scale-down"
    return Finding("F-11", "C", title, detail, "services.planned")


def _report(campaign: Campaign) -> Finding | None:
    gaps, keys = [], []
    if campaign.report.every is None:
        gaps.append("how often the report is sent")
        keys.append("report.every")
    roles = [role for role in NEEDED_ROLES if not campaign.report.owners.get(role)]
    if roles:
        gaps.append(f"who is told about overdue orders ({listed(roles)})")
        keys.append("report.owners")
    if not gaps:
        return None
    title = " and ".join({"report.every": "No report interval", "report.owners": "no owners"}[key] for key in keys)
    detail = f"Not said: {'; '.join(gaps)}."
    return Finding("F-12", "C", title[0].upper() + title[1:], detail, ", ".join(keys))


def _unscaled(campaign: Campaign) -> Finding | None:
    fixed = [service.name for service in campaign.services if not _scales(service)]
    scaled = [service.name for service in campaign.services if _scales(service)]
    if not fixed or not scaled:
        return None
    detail = (
        f"{listed(scaled)} gets other machines for the launch, {listed(fixed)} is reported as well and stays as "
        "it is or has no `before`. Ask whether that is meant."
    )
    return Finding("F-13", "B", "A service is reported but not scaled", detail, "services.before")


def _closing(campaign: Campaign) -> Finding | None:
    ends = _local(campaign, campaign.closes)
    if campaign.report.owners.get(CLOSING_ROLE) or (ends.weekday() < 5 and ends.hour in OFFICE_HOURS):
        return None
    detail = (
        f"The sale closes on {_DAYS[ends.weekday()]} {ends:%Y-%m-%d} at {ends:%H:%M}, out of office hours. "
        f"Name who is there as report.owners.{CLOSING_ROLE}."
    )
    return Finding("F-20", "C", "Nobody is named for the closing", detail, "report.owners")


_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
"""Not strftime's: those follow the machine's language."""


def _promotions(campaign: Campaign) -> Finding | None:
    open_ended = [(index, item) for index, item in enumerate(campaign.promotions) if item.at is None]
    if not open_ended:
        return None
    detail = f"No marker can be drawn for {listed(item.what for _, item in open_ended)}."
    keys = ", ".join(f"promotions[{index}].at" for index, _ in open_ended)
    return Finding("F-23", "C", "A promotion has no time", detail, keys)


def _days(campaign: Campaign) -> Finding | None:
    planned = campaign.estimate.days
    if planned is None or planned == campaign.days:
        return None
    opens, closes = _local(campaign, campaign.opens), _local(campaign, campaign.closes)
    detail = f"The estimate says {planned} days, {opens:%Y-%m-%d} to {closes:%Y-%m-%d} are {campaign.days}."
    return Finding("F-24", "B", "Days of the sale disagree", detail, "campaign.estimate.days")


def _fixed_machines(campaign: Campaign) -> Finding | None:
    wrong = [
        (index, service)
        for index, service in enumerate(campaign.services)
        if service.fixed and service.planned_fixed is not None and len(service.fixed) != service.planned_fixed
    ]
    if not wrong:
        return None
    counts = "; ".join(f"{item.name}: {item.planned_fixed} planned, {len(item.fixed)} listed" for _, item in wrong)
    keys = ", ".join(f"services[{index}].fixed" for index, _ in wrong)
    detail = f"{counts}. CPU would be shown as covering a wrong number of machines."
    return Finding("F-25", "B", "Fixed machines planned and listed disagree", detail, keys)


def _unknown_numbers(campaign: Campaign) -> Finding | None:
    gaps = [
        (f"products[{index}].{name}", f"{product.label}: {name}")
        for index, product in enumerate(campaign.products)
        for name, value in (("stock", product.stock), ("price", product.price))
        if value is None
    ]
    if not gaps:
        return None
    detail = f"Sell-through and sale value stay unknown without {listed(what for _, what in gaps)}."
    return Finding("F-26", "C", "A product has no stock or no price", detail, ", ".join(key for key, _ in gaps))


def _labels(campaign: Campaign) -> Finding | None:
    seen: dict[str, int] = {}
    twins = []
    for index, product in enumerate(campaign.products):
        if seen.setdefault(fold(product.label), index) != index:
            twins.append((index, product))
    if not twins:
        return None
    detail = f"Two products read the same in narrow columns: {listed(product.label for _, product in twins)}."
    keys = ", ".join(f"products[{index}].label" for index, _ in twins)
    return Finding("F-27", "B", "Two products have the same label", detail, keys)


_RULES: tuple[Callable[[Campaign], Finding | None], ...] = (
    _sets,
    _revenue,
    _last_minute,
    _scaling,
    _report,
    _unscaled,
    _closing,
    _promotions,
    _days,
    _fixed_machines,
    _unknown_numbers,
    _labels,
)


def _traffic_source(file: CampaignFile) -> Finding | None:
    if any(source.topic.value == "traffic" and source.enabled for source in file.sources):
        return None
    detail = "The report has a sentence on traffic, and no source for it: it stays blank and is never guessed."
    return Finding("F-13", "B", "traffic has no source", detail, "sources.traffic")


def _undecided(file: CampaignFile) -> Iterable[Finding]:
    """Defaults that a launch should rather decide."""
    guessed = [
        source
        for source in file.lookups
        if "database" in source.settings and "partition_timezone" not in source.settings
    ]
    if guessed:
        keys = ", ".join(f"lookups.{source.topic.value}.partition_timezone" for source in guessed)
        detail = (
            "The date partition of log tables may follow UTC while order codes follow local time; in the wrong zone a "
            "look-up finds nothing for orders made near midnight. The default is UTC."
        )
        yield Finding("F-10", "A", "The zone of a date partition is not said", detail, keys)
    if "sla.clock_starts" not in file.stated:
        sla = file.campaign.sla
        detail = (
            f"An order is late after {format_duration(sla.deliver_within)}, but not said from when: paid or created. "
            f"The default is {sla.clock_starts}."
        )
        yield Finding("F-16", "B", "The start of the delivery clock is not said", detail, "sla.clock_starts")
    if "errors.baseline" not in file.stated:
        detail = "What makes an error special is left to the default: not seen in the 24 hours before opening."
        yield Finding("F-17", "C", "Special errors are not defined", detail, "errors.baseline")
