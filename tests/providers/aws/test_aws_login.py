"""Whose login it is, as the files of the AWS CLI and the environment have it; and a login made in another window."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aws_home import NOW, AwsHome, ask
from fault_proxy import Asked, Fault, FaultProxy, Told
from hypothesis import given
from hypothesis import strategies as st

from evtui.domain.reading import FailureKind
from evtui.domain.trip import Login
from evtui.providers._aws import Aws
from evtui.providers._aws_login import CHAIN, Found, login_of, moment, program_of
from evtui.providers.base import SourceError

NOBODY = ("127.0.0.1", 1)
LATER = datetime(2024, 1, 25, 9, 0, tzinfo=UTC)

GROUPS = (
    b"<DescribeAutoScalingGroupsResponse><DescribeAutoScalingGroupsResult><AutoScalingGroups/>"
    b"</DescribeAutoScalingGroupsResult></DescribeAutoScalingGroupsResponse>"
)


def refused(code: str) -> Told:
    body = f"<ErrorResponse><Error><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>"
    return Told(403, body.encode(), {"content-type": "text/xml"})


class Gate:
    """AWS that takes some access keys and calls the others expired."""

    def __init__(self) -> None:
        self.good: set[str] = set()
        self.seen: list[str] = []

    def answer(self, asked: Asked, _: object) -> Told:
        key = asked.headers["authorization"].partition("Credential=")[2].partition("/")[0]
        self.seen.append(key)
        return Told(200, GROUPS, {"content-type": "text/xml"}) if key in self.good else refused("ExpiredToken")


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def url(aws_home: AwsHome, gate: Gate) -> Iterator[str]:
    with FaultProxy(NOBODY, now=lambda: NOW) as proxy:
        proxy.switch(Fault("gate", answer=gate.answer))
        yield proxy.url


async def groups(aws: Aws) -> Login | None:
    return (await aws.call("autoscaling", "describe_auto_scaling_groups", AutoScalingGroupNames=["a"])).login


async def refusal(aws: Aws) -> SourceError:
    with pytest.raises(SourceError) as caught:
        await groups(aws)
    return caught.value


async def test_keys_written_in_another_window_between_two_polls_are_enough(
    aws_home: AwsHome, url: str, gate: Gate
) -> None:
    aws_home.without_keys()
    aws_home.profile("prod", aws_access_key_id="OLD", aws_secret_access_key="s", aws_session_token="t")
    aws = ask(url, profile="prod")
    error = await refusal(aws)
    assert error.kind is FailureKind.AUTH
    assert error.why == "the login of profile prod (temporary keys) has expired"
    assert "profile prod" in error.remedy
    assert gate.seen == ["OLD"]  # the files say the same as before: no second question is sent
    gate.good = {"NEW"}
    aws_home.profile("prod", aws_access_key_id="NEW", aws_secret_access_key="s")
    assert await groups(aws) == Login("profile prod (keys)")
    assert gate.seen == ["OLD", "NEW"]


async def test_keys_renewed_while_the_old_ones_are_held_cost_one_question_more(
    aws_home: AwsHome, url: str, gate: Gate
) -> None:
    aws_home.without_keys()
    gate.good = {"OLD"}
    aws_home.profile("prod", aws_access_key_id="OLD", aws_secret_access_key="s")
    aws = ask(url, profile="prod")
    await groups(aws)
    gate.good = {"NEW"}
    aws_home.profile("prod", aws_access_key_id="NEW", aws_secret_access_key="s")
    await groups(aws)
    assert gate.seen == ["OLD", "OLD", "NEW"]
    await aws.aclose()
    await aws.aclose()
    await groups(aws)
    assert gate.seen[-1] == "NEW"


async def test_being_denied_is_no_reason_to_log_in_anew_unless_the_files_change(aws_home: AwsHome, url: str) -> None:
    asked = []

    def answer(question: Asked, _: object) -> Told:
        key = question.headers["authorization"].partition("Credential=")[2].partition("/")[0]
        asked.append(key)
        return Told(200, GROUPS, {"content-type": "text/xml"}) if key == "NEW" else refused("AccessDenied")

    aws_home.without_keys()
    aws_home.profile("prod", aws_access_key_id="OLD", aws_secret_access_key="s")
    with FaultProxy(NOBODY) as proxy:
        proxy.switch(Fault("denies", answer=answer))
        aws = ask(proxy.url, profile="prod")
        for _ in range(2):
            assert "is not allowed to" in (await refusal(aws)).why
        assert asked == ["OLD", "OLD"]
        aws_home.profile("prod", aws_access_key_id="NEW", aws_secret_access_key="secret")
        await groups(aws)
    assert asked == ["OLD", "OLD", "OLD", "NEW"]


async def test_no_keys_then_a_login_in_another_window(aws_home: AwsHome, url: str, gate: Gate) -> None:
    aws_home.without_keys()
    aws = ask(url)
    error = await refusal(aws)
    assert (error.kind, error.why) == (FailureKind.AUTH, "there are no AWS credentials")
    assert error.remedy.startswith("aws sso login, or")
    gate.good = {"NEW"}
    aws_home.profile("default", aws_access_key_id="NEW", aws_secret_access_key="s")
    assert await groups(aws) == Login("profile default (keys)")


async def test_half_a_key_says_which_half(aws_home: AwsHome, url: str) -> None:
    aws_home.environ(AWS_SECRET_ACCESS_KEY=None)
    error = await refusal(ask(url))
    assert error.kind is FailureKind.AUTH
    assert "half a key" in error.why
    assert "AWS_SECRET_ACCESS_KEY" in error.why
    aws_home.profile("prod", aws_access_key_id="AKIAIOSFODNN7EXAMPLE")
    error = await refusal(ask(url, profile="prod"))
    assert "aws_secret_access_key" in error.why
    assert "AKIA" not in error.why


async def test_a_profile_that_is_not_there_names_those_that_are(aws_home: AwsHome, url: str) -> None:
    aws_home.profile("prod-hk", aws_access_key_id="A", aws_secret_access_key="s")
    error = await refusal(ask(url, profile="prod-kh"))
    assert error.kind is FailureKind.AUTH
    assert "no profile prod-kh" in error.why
    assert "there: prod-hk" in error.why
    assert "credentials" in error.why


async def test_no_region_says_where_to_set_one(aws_home: AwsHome, url: str) -> None:
    error = await refusal(ask(url, region=""))
    assert (error.kind, error.why) == (FailureKind.DATA, "no AWS region is set")
    assert "region" in error.remedy


async def test_a_broken_file_is_said_to_be_one(aws_home: AwsHome, url: str) -> None:
    aws_home.config.write_text("[profile x\nregion=", encoding="utf-8")
    error = await refusal(ask(url))
    assert error.kind is FailureKind.AUTH
    assert "configuration cannot be used" in error.why
    assert error.remedy == f"mend {aws_home.config}"


async def test_of_two_files_the_broken_one_is_to_be_mended(aws_home: AwsHome, url: str) -> None:
    aws_home.config.write_text("[profile prod]\nregion = ap-east-1\n", encoding="utf-8")
    aws_home.credentials.write_text("[prod\naws_access_key_id = x\n", encoding="utf-8")
    error = await refusal(ask(url, profile="prod"))
    assert error.kind is FailureKind.AUTH
    assert error.remedy == f"mend {aws_home.credentials}"


async def test_keys_of_the_environment_tell_when_they_end(aws_home: AwsHome, url: str, gate: Gate) -> None:
    gate.good = {"testing"}
    ends = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=2)
    aws_home.environ(AWS_SESSION_TOKEN="t", AWS_CREDENTIAL_EXPIRATION=ends.isoformat())
    login = await groups(ask(url))
    assert login is not None
    assert (login.who, login.expires, login.renews) == ("environment (temporary keys)", ends, False)
    assert "AWS_" in login.remedy


async def test_keys_of_the_environment_that_have_ended_are_not_sent(aws_home: AwsHome, url: str, gate: Gate) -> None:
    aws_home.environ(AWS_SESSION_TOKEN="t", AWS_CREDENTIAL_EXPIRATION="2024-01-01T00:00:00+00:00")
    error = await refusal(ask(url))
    assert error.kind is FailureKind.AUTH
    assert "has expired" in error.why
    assert gate.seen == []


async def test_keys_that_a_program_fetches_renew_themselves(aws_home: AwsHome, url: str, gate: Gate) -> None:
    aws_home.without_keys()
    gate.good = {"FETCHED"}
    told = aws_home.folder / "keys.json"
    ends = (datetime.now(UTC) + timedelta(hours=1)).isoformat(timespec="seconds")
    keys = {"Version": 1, "AccessKeyId": "FETCHED", "SecretAccessKey": "s", "SessionToken": "t", "Expiration": ends}
    told.write_text(json.dumps(keys), encoding="utf-8")
    aws_home.config.write_text(f"[profile prod]\ncredential_process = cat {told}\n", encoding="utf-8")
    login = await groups(ask(url, profile="prod"))
    assert login is not None
    assert (login.who, login.renews) == ("profile prod (custom-process)", True)
    assert login.expires == moment(ends)
    told.write_text("no", encoding="utf-8")
    error = await refusal(ask(url, profile="prod", read_timeout=7.5))
    assert (error.kind, error.why) == (FailureKind.AUTH, "the program cat of profile prod printed what are no keys")


PROGRAMS = {
    "not there": ("/nonexist/x --password hunter2", "the program /nonexist/x of profile prod is not there"),
    "a folder": ("/tmp", "the program /tmp of profile prod may not be used: no permission"),
    "silent": ("false", "the program false of profile prod gives no keys: says nothing"),
    "loud": ('sh -c "echo no ticket >&2; exit 3"', "the program sh of profile prod gives no keys: no ticket"),
    "another version": ("echo {}", "the program echo of profile prod gives no keys: Unsupported version"),
    "half a key": ("""echo '{"Version": 1}'""", "the program echo of profile prod gives no keys: Missing required key"),
    "nothing": ("true", "the program true of profile prod printed what are no keys"),
    "a list": ("echo []", "the program echo of profile prod printed what are no keys"),
    "no command": ("", "the program (empty) of profile prod printed what are no keys"),
    "open quotation": ("cat 'x", "the program cat of profile prod printed what are no keys"),
}


@pytest.mark.parametrize("name", PROGRAMS)
async def test_a_program_that_fetches_no_keys_is_named_and_the_place_where_it_stands(
    name: str, aws_home: AwsHome, url: str, gate: Gate
) -> None:
    command, why = PROGRAMS[name]
    aws_home.without_keys()
    aws_home.config.write_text(f"[profile prod]\ncredential_process = {command}\n", encoding="utf-8")
    error = await refusal(ask(url, profile="prod"))
    assert error.kind is FailureKind.AUTH
    assert error.why.startswith(why), error.why
    assert "hunter2" not in error.why
    assert error.remedy == "see to credential_process of profile prod in ~/.aws/config"
    assert gate.seen == []


async def test_a_program_that_a_role_takes_its_keys_from_is_sought_where_it_stands(aws_home: AwsHome, url: str) -> None:
    aws_home.without_keys()
    role = "[profile deputy]\nrole_arn = arn:aws:iam::123456789012:role/x\nsource_profile = prod\n"
    aws_home.config.write_text(f"{role}[profile prod]\ncredential_process = /nonexist/x\n", encoding="utf-8")
    error = await refusal(ask(url, profile="deputy"))
    assert (error.kind, error.why) == (FailureKind.AUTH, "the program /nonexist/x of profile prod is not there")
    assert error.remedy == "see to credential_process of profile prod in ~/.aws/config"


def test_a_program_is_not_to_blame_where_the_keys_come_from_elsewhere() -> None:
    profiles = {"prod": {"credential_process": "/bin/keys --all"}, "a": {"source_profile": "a"}}
    assert program_of(Found("prod", "", profiles=profiles)) == ("/bin/keys", "prod")
    assert program_of(Found("prod", "shared-credentials-file", profiles=profiles)) == ("", "")
    assert program_of(Found("a", "", profiles=profiles)) == ("", "")


async def test_keys_of_a_program_that_have_expired_are_no_matter_of_single_sign_on(
    aws_home: AwsHome, url: str, gate: Gate
) -> None:
    aws_home.without_keys()
    keys = '{"Version": 1, "AccessKeyId": "OLD", "SecretAccessKey": "s"}'
    aws_home.config.write_text(f"[profile prod]\ncredential_process = echo '{keys}'\n", encoding="utf-8")
    error = await refusal(ask(url, profile="prod"))
    assert error.why == "the login of profile prod (custom-process) has expired"
    assert error.remedy == "see to credential_process of profile prod in ~/.aws/config"
    assert set(gate.seen) == {"OLD"}


async def test_a_token_file_that_is_not_there_is_no_trouble_of_the_network(aws_home: AwsHome, url: str) -> None:
    aws_home.without_keys()
    settings = "role_arn = arn:aws:iam::123456789012:role/x\nweb_identity_token_file = /nonexist/token\n"
    aws_home.config.write_text(f"[profile prod]\n{settings}", encoding="utf-8")
    error = await refusal(ask(url, profile="prod"))
    assert error.kind is FailureKind.AUTH
    assert "/nonexist/token is not there" in error.why


SSO = """\
[sso-session corp]
sso_start_url = https://corp.invalid/start
sso_region = ap-southeast-1
[profile prod]
sso_session = corp
sso_account_id = 123456789012
sso_role_name = reader
region = ap-southeast-1
[profile deputy]
role_arn = arn:aws:iam::123456789012:role/x
source_profile = prod
"""

ASKS = """\
import asyncio, json, os, sys
from evtui.clock import SystemClock
from evtui.providers._aws import Aws, AwsSettings
from evtui.providers.base import Context, SourceError

async def main():
    told = []
    for profile in sys.argv[1:]:
        settings = AwsSettings(profile=profile, endpoint_url="http://127.0.0.1:1")
        aws = Aws.open(settings, Context(None, SystemClock(), {}))
        try:
            await aws.call("autoscaling", "describe_auto_scaling_groups")
        except SourceError as error:
            expires = error.login.expires if error.login else None
            told.append([error.kind, error.why, error.remedy, str(expires)])
    print(json.dumps(told))
asyncio.run(main())
"""
"""In a process of its own: the SDK looks for its folder of tokens when it is imported."""


def sso_refusals(aws_home: AwsHome, *profiles: str) -> list[list[str]]:
    aws_home.config.write_text(SSO, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", ASKS, *profiles], capture_output=True, text=True, timeout=60, check=True
    )
    told: list[list[str]] = json.loads(done.stdout)
    return told


def write_token(home: Path, ends: datetime, **more: str) -> None:
    cache = home / ".aws" / "sso" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    token = {"accessToken": "secret", "expiresAt": ends.strftime("%Y-%m-%dT%H:%M:%SZ"), "region": "x", **more}
    (cache / f"{hashlib.sha1(b'corp').hexdigest()}.json").write_text(json.dumps(token), encoding="utf-8")


def test_single_sign_on_without_a_token_asks_for_a_login(aws_home: AwsHome) -> None:
    aws_home.without_keys()
    for kind, why, remedy, _ in sso_refusals(aws_home, "prod"):
        assert kind == "auth"
        assert why == "not logged in: the single sign-on of profile prod (sso) is missing or has expired"
        assert remedy == "aws sso login --profile prod"


def test_single_sign_on_that_has_ended_asks_for_a_login(aws_home: AwsHome) -> None:
    aws_home.without_keys()
    ended = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=5)
    write_token(aws_home.folder, ended)
    (told,) = sso_refusals(aws_home, "prod")
    assert told[0] == "auth"
    assert told[2:] == ["aws sso login --profile prod", str(ended)]


CORP = {"corp": {"sso_start_url": "https://corp.invalid/start"}}


@pytest.mark.parametrize(("more", "renews"), [({}, False), ({"refreshToken": "secret"}, True)])
def test_the_end_of_a_sign_on_is_that_of_its_token(tmp_path: Path, more: dict[str, str], renews: bool) -> None:
    write_token(tmp_path, LATER, **more)
    profiles = {"prod": {"sso_session": "corp"}, "deputy": {"source_profile": "prod"}}
    soon = NOW + timedelta(minutes=20)  # what the keys of a role say, which are renewed as long as the token lasts
    found = Found("prod", "sso", soon, True, profiles, CORP, str(tmp_path))
    assert login_of(found) == Login("profile prod (sso)", LATER, renews, "aws sso login --profile prod")
    deputy = login_of(Found("deputy", "assume-role", soon, True, profiles, CORP, str(tmp_path)))
    assert deputy == Login("profile deputy (assume-role by sso)", LATER, renews, "aws sso login --profile deputy")


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"expiresAt": 7}', "\x00"])
def test_a_token_that_cannot_be_read_has_no_end(tmp_path: Path, content: str) -> None:
    write_token(tmp_path, LATER)
    for path in (tmp_path / ".aws" / "sso" / "cache").iterdir():
        path.write_text(content, encoding="utf-8")
    found = Found("prod", "sso", None, True, {"prod": {"sso_session": "corp"}}, CORP, str(tmp_path))
    assert login_of(found).expires is None


LOGINS = {
    "instance": (Found(method="iam-role", expires=LATER, temporary=True), Login("instance profile", LATER, True)),
    "container": (Found(method="container-role", expires=LATER), Login("container role", LATER, True)),
    "role": (Found("prod", "assume-role", LATER, True), Login("profile prod (assume-role)", LATER, True)),
    "environment": (Found(method="env"), Login("environment")),
    "keys": (Found("prod", "shared-credentials-file"), Login("profile prod (keys)")),
    "login": (Found("", "login", LATER), Login("profile default (login)", LATER, True, "aws login --profile default")),
    "something new": (Found("prod", "telepathy", LATER), Login("profile prod", LATER)),
}


@pytest.mark.parametrize("name", LOGINS)
def test_every_way_to_have_credentials_has_its_words(name: str) -> None:
    found, login = LOGINS[name]
    assert login_of(found) == login


def test_an_end_that_stands_beside_the_keys_is_told() -> None:
    profiles = {"prod": {"expiration": "2024-01-25 09:00:00 UTC"}}
    login = login_of(Found("prod", "shared-credentials-file", None, True, profiles))
    assert (login.expires, login.renews) == (LATER, False)
    assert "prod" in login.remedy


def test_profiles_that_name_each_other_come_to_an_end() -> None:
    circle = {"a": {"source_profile": "b"}, "b": {"source_profile": "a"}}
    assert login_of(Found("a", "assume-role", LATER, True, circle)).renews
    chain = {f"p{n}": {"source_profile": f"p{n + 1}"} for n in range(CHAIN + 2)}
    assert login_of(Found("p0", "assume-role", None, True, chain)).who == "profile p0 (assume-role)"


@given(st.datetimes(timezones=st.just(UTC)))
def test_times_are_read_as_they_were_written(at: datetime) -> None:
    assert moment(at.isoformat()) == at
    assert moment(at.isoformat().replace("+00:00", "Z")) == at


@given(st.one_of(st.text(), st.integers(), st.none()))
def test_what_is_no_time_is_none(written: object) -> None:
    read = moment(written)
    assert read is None or read.tzinfo is UTC
