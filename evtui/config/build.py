"""The tables of a campaign file made into the domain's plan. Only for files without problems."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from evtui.config.model import (
    CadenceTable,
    CampaignTable,
    ErrorsTable,
    FileTable,
    ProductTable,
    PromotionTable,
    ReportTable,
    ServiceTable,
    SlaTable,
)
from evtui.config.rules import to_utc
from evtui.domain.campaign import (
    Budget,
    Campaign,
    ErrorPolicy,
    Estimate,
    IgnoreRule,
    Product,
    Promotion,
    ReportPolicy,
    Service,
    Shop,
    Sla,
)
from evtui.domain.phases import Cadence, steady
from evtui.text import clean, one_line


def build_campaign(file: FileTable) -> Campaign:
    """The launch that `file` describes; its zone is known to exist and its times to lie in it."""
    table = file.campaign
    zone = ZoneInfo(table.timezone)
    return Campaign(
        id=table.id,
        name=_text(table.name),
        market=_text(table.market),
        environment=_text(table.environment),
        zone=zone,
        currency=_text(table.currency),
        shop=Shop(table.shop.id, _text(table.shop.name)),
        products=tuple(_product(product, zone) for product in file.products),
        url=table.url,
        code_prefixes=table.code_prefixes,
        estimate=_estimate(table),
        promotions=tuple(_promotion(promotion, zone) for promotion in file.promotions),
        services=tuple(map(_service, file.services)),
        sla=_sla(file.sla),
        report=_report(file.report),
        errors=_errors(file.errors),
        budget=Budget(file.budget.usd_per_day),
        links=dict(file.links),
    )


def _text(raw: str) -> str:
    """Text of the file as screens and reports may show it."""
    return one_line(clean(raw))


def _estimate(table: CampaignTable) -> Estimate:
    return Estimate(table.estimate.days, table.estimate.sets, table.estimate.max_revenue)


def _product(table: ProductTable, zone: ZoneInfo) -> Product:
    return Product(
        page_id=table.page_id,
        name=_text(table.name),
        label=_text(table.label) or _text(table.name),
        price=table.price,
        codes_per_set=table.codes_per_set,
        on_sale=to_utc(table.on_sale, zone),
        off_sale=to_utc(table.off_sale, zone),
        stock=table.stock,
        skus=table.skus,
    )


def _promotion(table: PromotionTable, zone: ZoneInfo) -> Promotion:
    return Promotion(None if table.at is None else to_utc(table.at, zone), _text(table.what))


def _service(table: ServiceTable) -> Service:
    return Service(
        name=_text(table.name),
        fixed=table.fixed,
        auto_scaling_group=table.auto_scaling_group,
        planned_fixed=table.planned.fixed,
        planned_scaled=table.planned.scaled,
        before_fixed=table.before.fixed,
        before_scaled=table.before.scaled,
        load_balancer=table.load_balancer,
    )


def _sla(table: SlaTable) -> Sla:
    return Sla(table.deliver_within, tuple(sorted(table.warn_at)), table.clock_starts, dict(table.stages))


def _report(table: ReportTable) -> ReportPolicy:
    return ReportPolicy(
        every=table.every,
        style=table.style,
        lang=table.lang,
        owners={_text(role): _text(owner) for role, owner in table.owners.items()},
        blank_lines=table.blank_lines,
        unit=_text(table.unit),
        templates=table.templates,
        traffic_threshold=table.traffic_threshold,
    )


def _errors(table: ErrorsTable) -> ErrorPolicy:
    ignore = tuple(IgnoreRule(rule.type, rule.message) for rule in table.ignore)
    return ErrorPolicy(table.baseline, ignore, table.factor)


def cadence(every: timedelta | CadenceTable | None) -> Cadence:
    """How often a source is asked, as far as the file says; phases it leaves open are the topic's own."""
    if isinstance(every, timedelta):
        return steady(every)
    return Cadence() if every is None else Cadence(every.before, every.opening, every.selling, every.closed)
