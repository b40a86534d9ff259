"""Credentials that are fetched: roles by moto's STS, machines by a metadata service, single sign-on by a portal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from aws_home import AwsHome, ask
from fault_proxy import Asked, Fault, FaultProxy, Told
from moto_server import Platform

from evtui.domain.reading import FailureKind
from evtui.domain.trip import Login
from evtui.providers._aws import Aws
from evtui.providers._aws_roles import CLI_CACHE, TakenOver
from evtui.providers.base import SourceError

ROLE = "arn:aws:iam::123456789012:role/reader"


async def login(aws: Aws) -> Login | None:
    return (await aws.call("autoscaling", "describe_auto_scaling_groups")).login


async def test_a_role_is_taken_on_and_renews_itself(aws_home: AwsHome, platform: Platform) -> None:
    aws_home.without_keys()
    aws_home.environ(AWS_ENDPOINT_URL=platform.url)
    aws_home.profile("base", aws_access_key_id="testing", aws_secret_access_key="testing")
    aws_home.config.write_text(f"[profile prod]\nrole_arn = {ROLE}\nsource_profile = base\n", encoding="utf-8")
    told = await login(ask(profile="prod"))
    assert told is not None
    assert (told.who, told.renews) == ("profile prod (assume-role)", True)
    assert told.expires is not None
    assert timedelta(minutes=50) < told.expires - datetime.now(UTC) < timedelta(minutes=70)
    assert not (aws_home.folder / CLI_CACHE).exists()


async def test_a_role_behind_a_code_is_taken_over_from_the_cli_and_never_asked_for(
    aws_home: AwsHome, platform: Platform, capfd: pytest.CaptureFixture[str]
) -> None:
    aws_home.without_keys()
    aws_home.profile("base", aws_access_key_id="testing", aws_secret_access_key="testing")
    lines = ("[profile prod]", f"role_arn = {ROLE}", "source_profile = base", "mfa_serial = arn:aws:iam::1:mfa/phone")
    aws_home.config.write_text("\n".join(lines), encoding="utf-8")
    aws = ask(platform.url, profile="prod")
    with pytest.raises(SourceError) as caught:
        await login(aws)
    assert caught.value.kind is FailureKind.AUTH
    assert caught.value.why == "profile prod (assume-role with a code) wants a code, which is not asked for here"
    assert caught.value.remedy == "aws sts get-caller-identity --profile prod asks for it"
    assert capfd.readouterr().out == ""
    ends = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
    write_role(aws_home, ends)
    told = await login(aws)
    assert told is not None
    assert (told.expires, told.renews) == (ends, False)


def write_role(aws_home: AwsHome, ends: datetime) -> None:
    """What the CLI leaves in its folder, under the key that the SDK gives such a role."""
    import botocore.credentials

    fetcher = botocore.credentials.AssumeRoleCredentialFetcher(
        None, None, ROLE, {"SerialNumber": "arn:aws:iam::1:mfa/phone"}
    )
    folder = aws_home.folder / CLI_CACHE
    folder.mkdir(parents=True, exist_ok=True)
    role = {"AccessKeyId": "A", "SecretAccessKey": "s", "SessionToken": "t", "Expiration": ends.isoformat()}
    (folder / f"{fetcher._cache_key}.json").write_text(json.dumps({"Credentials": role}), encoding="utf-8")


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"Credentials": 1}', '{"Credentials": {"AccessKeyId": "A"}}'])
def test_a_file_of_the_cli_that_is_no_role_is_passed_over(aws_home: AwsHome, content: str) -> None:
    folder = aws_home.folder / CLI_CACHE
    folder.mkdir(parents=True)
    (folder / "key.json").write_text(content, encoding="utf-8")
    roles = TakenOver(folder)
    roles["key"] = {}
    assert "key" not in roles
    with pytest.raises(KeyError):
        roles["key"]
    assert [path.name for path in folder.iterdir()] == ["key.json"]


@pytest.fixture
def machine(aws_home: AwsHome) -> Iterator[FaultProxy]:
    """The metadata service of a machine that has a role."""
    ends = (datetime.now(UTC) + timedelta(hours=5)).strftime("%Y-%m-%dT%H:%M:%SZ")
    keys = {"Code": "Success", "AccessKeyId": "M", "SecretAccessKey": "s", "Token": "t", "Expiration": ends}

    def answer(asked: Asked, _: object) -> Told:
        if asked.target.endswith("/api/token"):
            return Told(200, b"token")
        named = asked.target.endswith("/security-credentials/")
        return Told(200, b"reader" if named else json.dumps(keys).encode())

    with FaultProxy(("127.0.0.1", 1)) as proxy:
        proxy.switch(Fault("machine", answer=answer))
        aws_home.without_keys()
        aws_home.environ(AWS_EC2_METADATA_DISABLED=None, AWS_EC2_METADATA_SERVICE_ENDPOINT=proxy.url)
        yield proxy


async def test_a_machine_has_its_role_from_the_metadata_service(machine: FaultProxy, platform: Platform) -> None:
    told = await login(ask(platform.url))
    assert told is not None
    assert (told.who, told.renews, told.remedy) == ("instance profile", True, "")
    assert told.expires is not None
    assert told.expires.tzinfo is not None


async def test_a_metadata_service_that_is_not_there_means_no_credentials(
    machine: FaultProxy, platform: Platform
) -> None:
    machine.switch(Fault("gone", "closed"))
    with pytest.raises(SourceError) as caught:
        await login(ask(platform.url))
    assert (caught.value.kind, caught.value.why) == (FailureKind.AUTH, "there are no AWS credentials")
