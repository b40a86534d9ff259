"""`evtui check --iam`: the least policy of a file's sources."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plugin_folder import GOOD, Plugins

from evtui.commands import iam
from evtui.config.load import example_path
from evtui.errors import ConfigError, UsageError
from evtui.providers.base import Permission

pytest_plugins = ("plugin_fixture",)

HEAD = example_path().read_text(encoding="utf-8").partition("# --- Sources: what is polled")[0]

ASKING = (
    GOOD
    + """
    @classmethod
    def permissions(cls, settings, campaign):
        from evtui.providers.base import Permission
        return (Permission(("cloudwatch:GetMetricData",), f"read {settings.depth} charts"),)
"""
)


def campaign_file(folder: Path, sources: str) -> Path:
    path = folder / "launch.toml"
    path.write_text(HEAD + sources, encoding="utf-8")
    return path


def test_the_policy_holds_what_the_sources_that_are_on_ask_for(tmp_path: Path, plugins: Plugins) -> None:
    plugins.add("asking", ASKING)
    plugins.add("other", ASKING.replace("GetMetricData", "ListMetrics"))
    off = '[sources.charts]\nprovider = "asking"\ndepth = 3\n[sources.cpu]\nenabled = false\nprovider = "other"\n'
    path = campaign_file(tmp_path, off)
    output = iam.run(path)
    assert json.loads(output.text) == {
        "Version": "2012-10-17",
        "Statement": [
            {"Sid": "Read3Charts", "Effect": "Allow", "Action": ["cloudwatch:GetMetricData"], "Resource": "*"}
        ],
    }
    assert (output.exit, output.warnings) == (0, ())
    assert len(plugins.imported()) == 1


def test_a_plug_in_that_cannot_say_is_told_of(tmp_path: Path, plugins: Plugins) -> None:
    plugins.add("asking", ASKING)
    plugins.add("broken", "import nothing_of_the_kind\n")
    charts = '[sources.charts]\nprovider = "asking"\n'
    output = iam.run(campaign_file(tmp_path, charts + '[sources.targets]\nprovider = "broken"\n'))
    assert len(output.warnings) == 1
    assert output.warnings[0].endswith("what it needs is not in this policy")
    plugins.add("failing", ASKING.replace("return (Permission", "1 / 0; return (Permission"))
    with pytest.raises(UsageError, match="cannot say what it needs: ZeroDivisionError"):
        iam.run(campaign_file(tmp_path, charts.replace("asking", "failing")))


def test_without_aws_there_is_no_policy(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="asks AWS: there is nothing to permit"):
        iam.run(campaign_file(tmp_path, '[sources.stock]\nprovider = "simulated"\n'))
    with pytest.raises(ConfigError, match="unknown key"):
        iam.run(campaign_file(tmp_path, '[sources.stock]\nprovider = "simulated"\nsead = 1\n'))


def test_statements_are_grouped_and_sorted() -> None:
    one = Permission(("b:Two", "a:One"), "read it")
    same = Permission(("c:Three",), "read it")
    elsewhere = Permission(("a:One",), "read it", ("arn:x", "arn:a"))
    again = Permission(("a:One",), "zero: once more")
    assert iam.statements([one, same, elsewhere, again]) == [
        {"Sid": "ReadIt", "Effect": "Allow", "Action": ["a:One", "b:Two", "c:Three"], "Resource": "*"},
        {"Sid": "ReadIt2", "Effect": "Allow", "Action": ["a:One"], "Resource": ["arn:a", "arn:x"]},
    ]


permissions = st.builds(
    Permission,
    actions=st.lists(st.sampled_from(["s:A", "s:B", "t:C"]), min_size=1).map(tuple),
    why=st.text(max_size=8),
    resources=st.lists(st.sampled_from(["*", "arn:x", "arn:y"]), min_size=1, unique=True).map(tuple),
)


@given(st.lists(permissions))
def test_a_policy_permits_what_was_asked_and_nothing_else(wanted: list[Permission]) -> None:
    found = iam.statements(wanted)

    def flat(resource: object) -> tuple[str, ...]:
        return (resource,) if isinstance(resource, str) else tuple(resource)  # type: ignore[arg-type]

    permitted = {(action, flat(each["Resource"])) for each in found for action in each["Action"]}  # type: ignore[attr-defined]
    assert permitted == {(action, tuple(sorted(each.resources))) for each in wanted for action in each.actions}
    sids = [str(each["Sid"]) for each in found]
    assert len(sids) == len(set(sids))
    assert all(re.fullmatch(r"[A-Za-z0-9]+", sid) for sid in sids)
