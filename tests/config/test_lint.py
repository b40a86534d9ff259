"""Findings: each appears with its fault and not without."""

from __future__ import annotations

from pathlib import Path

import pytest
from campaign_text import GOOD, changed

from evtui.config.lint import Finding, file_findings, findings
from evtui.config.load import example_path, load

SERVICES = """
[[services]]
name = "Web"
planned = { fixed = 1, scaled = 1 }
before = { fixed = 1, scaled = 1 }

[[services]]
name = "API"
planned = { fixed = 1, scaled = 3 }
before = { fixed = 1, scaled = 1 }
"""
PROMOTION = '\n[[promotions]]\nwhat = "Facebook"\n'
MACHINES = '[[services]]\nname = "A"\nfixed = ["i-1"]\nplanned = { fixed = 2 }\n'
LATE = GOOD.replace("05T17:00:00", "05T23:58:00")
ATHENA = '\n[lookups.task_log]\nprovider = "athena"\ndatabase = "x"\n'


def found(tmp_path: Path, text: str) -> dict[str, Finding]:
    file = tmp_path / "launch.toml"
    file.write_text(text, encoding="utf-8")
    return {finding.id: finding for finding in file_findings(load(file))}


def test_a_campaign_without_faults_has_no_findings(tmp_path: Path) -> None:
    assert found(tmp_path, GOOD) == {}


@pytest.mark.parametrize(
    ("number", "text", "severity", "key", "says"),
    [
        ("F-01", changed("sets = 300", "sets = 250"), "B", "campaign.estimate.sets", "250 sets, stock adds up to 300"),
        ("F-02", changed("40000", "50000"), "B", "campaign.estimate.max_revenue", "at most 50,000 HKD"),
        ("F-02", changed("40000", "39999.5"), "B", "campaign.estimate.max_revenue", "39,999.50"),
        ("F-08", changed("17:00:00", "16:59:00"), "C", "products[0].off_sale", "up to 17:00 is not part"),
        ("F-11", GOOD + SERVICES, "C", "services.planned", "API 1+1 to 1+3"),
        ("F-12", changed('every = "30m"\n', ""), "C", "report.every", "how often"),
        ("F-12", changed(', issuer = "desk"', ""), "C", "report.owners", "(issuer)"),
        ("F-12", changed('every = "30m"\nowners', "# owners"), "C", "report.every, report.owners", "(voucher, issuer)"),
        ("F-13", GOOD + SERVICES, "B", "services.before", "Web is reported"),
        ("F-13", changed("sources.traffic", "sources.cpu"), "B", "sources.traffic", "no source for it"),
        ("F-13", GOOD + "enabled = false\n", "B", "sources.traffic", "no source for it"),
        ("F-10", GOOD + ATHENA, "A", "lookups.task_log.partition_timezone", "UTC"),
        ("F-16", changed('clock_starts = "paid"\n', ""), "B", "sla.clock_starts", "late after 1h"),
        ("F-17", changed('baseline = "24h"\n', ""), "C", "errors.baseline", "24 hours"),
        ("F-20", changed("05T17:00:00", "05T23:58:00"), "C", "report.owners", "Tuesday 2024-03-05 at 23:58"),
        ("F-23", GOOD + PROMOTION, "C", "promotions[0].at", "Facebook"),
        ("F-24", changed("days = 2", "days = 3"), "B", "campaign.estimate.days", "says 3 days"),
        (
            "F-25",
            GOOD + MACHINES,
            "B",
            "services[0].fixed",
            "A",
        ),
        ("F-26", changed("price = 100\n", ""), "C", "products[0].price", "One: price"),
        ("F-27", changed('name = "Two"', 'name = "Two"\nlabel = "oNe  "'), "B", "products[1].label", "ONE"),
    ],
)
def test_a_fault_is_found(tmp_path: Path, number: str, text: str, severity: str, key: str, says: str) -> None:
    finding = found(tmp_path, text)[number]
    assert (finding.severity, finding.key) == (severity, key)
    assert says.casefold() in finding.detail.casefold()


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("F-01", changed("sets = 300, ", "")),
        ("F-02", changed(", max_revenue = 40000", "")),
        ("F-02", changed("price = 100\n", "")),
        ("F-08", GOOD.replace("17:00:00", "16:59:59")),
        ("F-11", GOOD + SERVICES.replace("scaled = 3", "scaled = 1")),
        ("F-13", GOOD + SERVICES.replace("planned = { fixed = 1, scaled = 1 }", "planned = { fixed = 2, scaled = 1 }")),
        ("F-10", GOOD + ATHENA + 'partition_timezone = "UTC"\n'),
        (
            "F-20",
            LATE.replace("owners = {", 'owners = { closing = "night desk",'),
        ),
        ("F-23", GOOD + PROMOTION + "at = 2024-03-04T11:00:00\n"),
        ("F-24", changed("days = 2, ", "")),
    ],
)
def test_nothing_is_found_without_the_fault(tmp_path: Path, number: str, text: str) -> None:
    assert number not in found(tmp_path, text)


def test_a_named_owner_leaves_only_the_time_open(tmp_path: Path) -> None:
    text = GOOD.replace("owners = {", 'owners = { scaling = "platform desk",') + SERVICES
    assert found(tmp_path, text)["F-11"].title == "Scaling has no time and no scale-down"


def test_both_gaps_of_one_number_are_one_finding(tmp_path: Path) -> None:
    finding = found(tmp_path, GOOD.replace("sources.traffic", "sources.cpu") + SERVICES)["F-13"]
    assert finding.key == "services.before, sources.traffic"


def test_the_example_shows_what_its_launch_left_open() -> None:
    file = load(example_path())
    listed = file_findings(file)
    assert [finding.id for finding in listed] == ["F-01", "F-02", "F-08", "F-11", "F-13", "F-20", "F-23"]
    assert {finding.severity for finding in listed} == {"B", "C"}
    by_id = {finding.id: finding.detail for finding in listed}
    assert "16,000 sets" in by_id["F-01"]
    assert "16,500 (4,800 + 7,200 + 4,500)" in by_id["F-01"]
    assert "17,000,000 HKD" in by_id["F-02"]
    assert "14,250,000 (4,800,000 + 7,200,000 + 2,250,000)" in by_id["F-02"]
    assert set(findings(file.campaign)) <= set(listed)
