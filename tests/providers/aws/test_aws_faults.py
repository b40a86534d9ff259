"""Every way an answer of AWS fails, raised by the real SDK on real sockets and files, and the words it becomes."""

from __future__ import annotations

import asyncio
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
import wire_faults
from aws_home import NOW, AwsHome, ask
from certificates import make_certificates
from fault_proxy import Fault, FaultProxy, Told
from json_server import JsonServer, told
from msgspec import Struct

from evtui.domain.reading import FailureKind
from evtui.providers._aws import Aws
from evtui.providers.base import SourceError

AUTH, DOWN, DATA = FailureKind.AUTH, FailureKind.DOWN, FailureKind.DATA

NOBODY = ("127.0.0.1", 1)


def xml_error(code: str, message: str = "as it is", status: int = 400, **headers: str) -> Told:
    """A refusal in the protocol of Auto Scaling."""
    body = f"<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error><RequestId>r-1</RequestId>"
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Told(status, f"{body}</ErrorResponse>".encode(), {"content-type": "text/xml", **named})


def json_error(code: str, message: str = "as it is", status: int = 400) -> Told:
    """A refusal in the protocol of CloudWatch."""
    return Told(
        status, f'{{"__type": "{code}", "message": "{message}"}}'.encode(), {"content-type": "application/json"}
    )


def xml_groups(inner: str) -> Told:
    """One group, in the protocol of Auto Scaling."""
    root = "DescribeAutoScalingGroups"
    body = f"<AutoScalingGroups><member>{inner}</member></AutoScalingGroups>"
    return Told(200, f"<{root}Response><{root}Result>{body}</{root}Result></{root}Response>".encode())


async def groups(aws: Aws) -> Any:
    return await aws.call("autoscaling", "describe_auto_scaling_groups", AutoScalingGroupNames=["a"])


async def metrics(aws: Aws) -> Any:
    return await aws.call("cloudwatch", "get_metric_data", StartTime=NOW, EndTime=NOW, MetricDataQueries=[])


Question = Callable[[Aws], Any]


class Row(Struct, frozen=True):
    """What comes back, and what is to be said of it."""

    told: Told
    kind: FailureKind
    says: str
    remedy: str = ""
    question: Question = groups
    retry_after: float | None = None


BEHIND = format_datetime(NOW + timedelta(seconds=400), usegmt=True)

ROWS = {
    "expired, xml": Row(xml_error("ExpiredToken"), AUTH, "the login of environment has expired", "aws sso login"),
    "expired, json": Row(json_error("ExpiredTokenException"), AUTH, "has expired", "aws sso login", metrics),
    "denied, xml": Row(
        xml_error("AccessDenied", status=403),
        *(AUTH, "environment is not allowed to autoscaling:DescribeAutoScalingGroups", "evtui check --iam"),
    ),
    "denied, json": Row(
        json_error("AccessDeniedException"), AUTH, "not allowed to cloudwatch:GetMetricData", "", metrics
    ),
    "bad key, xml": Row(xml_error("InvalidClientTokenId", status=403), AUTH, "does not know the access key"),
    "bad key, json": Row(json_error("UnrecognizedClientException"), AUTH, "not know the access key", "", metrics),
    "wrong secret": Row(
        xml_error("SignatureDoesNotMatch", "check your key", 403), AUTH, "the secret key of environment does not belong"
    ),
    "clock behind": Row(
        xml_error("SignatureDoesNotMatch", "check your key", 403, date=BEHIND),
        *(AUTH, "the clock of this machine is 400 s behind that of AWS", "set the clock"),
    ),
    "clock ahead": Row(
        xml_error("RequestExpired", date=format_datetime(NOW - timedelta(seconds=90), usegmt=True)),
        *(AUTH, "is 90 s ahead of that of AWS", "set the clock"),
    ),
    "clock, json": Row(json_error("InvalidSignatureException", "Signature expired: 2024"), AUTH, "clock", "", metrics),
    "too skewed": Row(xml_error("RequestTimeTooSkewed", status=403), AUTH, "clock", "set the clock"),
    "throttled, xml": Row(xml_error("Throttling"), DOWN, "AWS throttles autoscaling:DescribeAutoScalingGroups"),
    "throttled, json": Row(json_error("ThrottlingException"), DOWN, "throttles cloudwatch:GetMetricData", "", metrics),
    "too many": Row(json_error("TooManyRequestsException", status=429), DOWN, "throttles", "", metrics),
    "429 and when": Row(xml_error("Odd", status=429, retry_after="7"), DOWN, "throttles", retry_after=7.0),
    "429 until": Row(
        xml_error("Odd", status=429, retry_after=BEHIND, date=format_datetime(NOW, usegmt=True)),
        *(DOWN, "throttles", "", groups, 400.0),
    ),
    "429, no words": Row(Told(429, b"slow down"), DOWN, "throttles"),
    "500": Row(xml_error("InternalFailure", status=500), DOWN, "AWS is in trouble itself: HTTP 500 InternalFailure"),
    "503 page": Row(Told(503, wire_faults.PORTAL, {"content-type": "text/html"}), DOWN, "HTTP 503"),
    "401": Row(Told(401, b'{"message": "no"}'), AUTH, "refused environment: HTTP 401"),
    "403 page": Row(Told(403, wire_faults.PORTAL, {"content-type": "text/html"}), AUTH, "HTTP 403"),
    "407": Row(Told(407, b""), DOWN, "the proxy did not let the question"),
    "portal, xml": Row(
        Told(200, wire_faults.PORTAL, {"content-type": "text/html"}),
        *(DATA, "answered with something that is not AWS: HTTP 200, a web page", "wants a login first"),
    ),
    "portal, json": Row(Told(200, wire_faults.PORTAL), DATA, "something that is not AWS", "", metrics),
    "sent to a login": Row(Told(302, b"", {"location": "https://sso.invalid/"}), DATA, "not AWS: HTTP 302"),
    "empty, xml": Row(Told(200, b"", {"content-type": "text/xml"}), DATA, "cannot be read"),
    "xml without the answer": Row(Told(200, b"<a><b>1</b></a>", {"content-type": "text/xml"}), DATA, "cannot be read"),
    "wrong types": Row(
        xml_groups("<DesiredCapacity>many</DesiredCapacity>"), DATA, "DescribeAutoScalingGroups cannot be read"
    ),
    "xml cut": Row(Told(200, b"<DescribeAutoScal", {"content-type": "text/xml"}), DATA, "cannot be read"),
    "json garbage": Row(
        Told(200, b"\xff\xfe{", {"content-type": "application/json"}), DATA, "cannot be read", "", metrics
    ),
    "json list": Row(Told(200, b"[1]", {"content-type": "application/json"}), DATA, "cannot be read", "", metrics),
    "cbor garbage": Row(Told(400, b"\xbf\x61\xff", {"content-type": "application/cbor"}), DATA, "", "", metrics),
    "unknown code": Row(xml_error("ValidationError", "no such thing"), DATA, "ValidationError: no such thing"),
    "truncated": Row(Told(200, b"<a/>", {}, promised=900), DOWN, "broke off before its answer was complete"),
}


@pytest.fixture
def server(aws_home: AwsHome) -> Iterator[FaultProxy]:
    with FaultProxy(NOBODY, now=lambda: NOW) as proxy:
        yield proxy


async def refusal(question: Question, aws: Aws) -> SourceError:
    with pytest.raises(SourceError) as caught:
        await question(aws)
    await aws.aclose()
    return caught.value


@pytest.mark.parametrize("name", ROWS)
async def test_an_answer_that_is_none_becomes_one_sentence(name: str, server: FaultProxy) -> None:
    row = ROWS[name]
    server.switch(Fault(name, answer=lambda _, __: row.told))
    error = await refusal(row.question, ask(server.url))
    assert error.kind is row.kind, error.why
    assert row.says in error.why
    assert row.remedy in error.remedy
    assert error.retry_after == row.retry_after
    assert error.login is not None
    assert error.login.who == "environment"
    assert error.exchange is not None
    assert "testing" not in error.exchange.asked
    assert "\n" not in error.why


LOST = {
    "refused": (wire_faults.REFUSED, "cannot be reached"),
    "reset": (wire_faults.RESET, "127.0.0.1"),  # it may strike before, while or after the question is sent
    "silent": (wire_faults.SILENT, "did not answer in time"),
    "hangs in the body": (Fault("half", answer=lambda _, __: Told(200, b"<a/>" * 9, sent=9, hangs=True)), "in time"),
    "trickling": (Fault("slow", answer=lambda _, __: Told(200, b"<a/>" * 99, pace_s=0.02)), "sends too slowly"),
}


@pytest.mark.parametrize("name", LOST)
async def test_a_wire_that_fails_is_down(name: str, server: FaultProxy) -> None:
    fault, says = LOST[name]
    server.switch(fault)
    error = await refusal(groups, ask(server.url, read_timeout=0.3))
    assert error.kind is DOWN
    assert says in error.why, error.why


async def test_a_region_that_cannot_be_one_is_said_to_be_so(server: FaultProxy, aws_home: AwsHome) -> None:
    aws_home.environ(AWS_DEFAULT_REGION="no such/region")
    error = await refusal(groups, ask(region=""))
    assert error.kind is DATA
    assert "no such/region" in error.why
    assert server.asked == 0


async def test_a_name_nobody_knows_is_laid_to_what_it_is_made_of(server: FaultProxy) -> None:
    error = await refusal(groups, ask("http://aws.invalid:9"))
    assert (error.kind, error.why) == (DOWN, "aws.invalid:9 cannot be found: nobody knows the name")
    assert error.remedy == "see to endpoint_url, or to the network"
    error = await refusal(groups, ask("http://autoscaling.ap-southeast-11.invalid", region="ap-southeast-11"))
    assert (error.kind, error.remedy) == (DOWN, "see to region (ap-southeast-11), or to the network")


async def test_tls_asked_of_a_port_without_it_is_no_matter_of_certificates(server: FaultProxy) -> None:
    with JsonServer(told({})) as plain:
        error = await refusal(groups, ask(plain.url.replace("http://", "https://")))
    assert error.kind is DOWN
    assert error.why.endswith("does not speak TLS on this port")
    assert error.remedy == "write http:// in endpoint_url, or the port that speaks TLS"


async def test_nobody_takes_the_connection(server: FaultProxy) -> None:
    error = await refusal(groups, ask("http://192.0.2.1:9", connect_timeout=0.2, read_timeout=0.2))
    assert error.kind is DOWN
    assert "192.0.2.1:9" in error.why


async def test_fifty_megabytes_are_not_kept(server: FaultProxy) -> None:
    flood = Told(200, b"x" * 50_000_000, {"content-type": "text/xml"})
    server.switch(Fault("warm", answer=lambda _, __: xml_error("Odd")))
    await refusal(groups, ask(server.url))
    server.switch(Fault("flood", answer=lambda _, __: flood))
    tracemalloc.start()
    error = await refusal(groups, ask(server.url))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert error.kind is DOWN
    assert "sent more than 16 MB" in error.why
    assert peak < 35_000_000


async def test_a_strange_certificate_is_said_to_be_one(aws_home: AwsHome, tmp_path: Path) -> None:
    made = make_certificates(tmp_path)
    with FaultProxy(NOBODY, tls=made.agreed, strange=made.strange, now=lambda: NOW) as proxy:
        with proxy.failing(wire_faults.STRANGE_CERTIFICATE):
            error = await refusal(groups, ask(proxy.url, ca_bundle=str(made.trusted)))
        assert error.kind is DOWN
        assert "certificate" in error.why
        assert "ca_bundle" in error.remedy
        proxy.switch(Fault("trusted", answer=lambda _, __: xml_error("AccessDenied")))
        assert (await refusal(groups, ask(proxy.url, ca_bundle=str(made.trusted)))).kind is AUTH
        missing = await refusal(groups, ask(proxy.url, ca_bundle=str(tmp_path / "none.pem")))
        assert missing.kind is DOWN
        assert missing.why.endswith(f"is not there: {tmp_path / 'none.pem'}")
        assert "ca_bundle" in missing.remedy


async def test_a_proxy_that_is_not_there_is_named(server: FaultProxy) -> None:
    error = await refusal(groups, ask("https://autoscaling.invalid", proxy="http://127.0.0.1:1"))
    assert error.kind is DOWN
    assert "proxy" in error.why


async def test_two_calls_that_hang_are_enough(server: FaultProxy) -> None:
    server.switch(wire_faults.SILENT)
    aws = ask(server.url, read_timeout=5.0)
    calls = [asyncio.ensure_future(groups(aws)) for _ in range(3)]
    async with asyncio.timeout(10):
        while server.asked < 2:
            await asyncio.sleep(0.01)
    for call in calls:
        call.cancel()
    await asyncio.gather(*calls, return_exceptions=True)
    error = await refusal(groups, aws)
    assert error.kind is DOWN
    assert "none is sent" in error.why
    assert server.asked == 2
    server.switch(Fault("back", answer=lambda _, __: xml_error("AccessDenied")))
    async with asyncio.timeout(10):
        while "none is sent" in (error := await refusal(groups, aws)).why:
            await asyncio.sleep(0.02)
    assert error.kind is AUTH


async def test_secrets_of_a_refusal_are_masked(server: FaultProxy) -> None:
    server.switch(Fault("leak", answer=lambda _, __: xml_error("Odd", "key AKIAIOSFODNN7EXAMPLE \x1b[31m of a@b.com")))
    error = await refusal(groups, ask(server.url))
    assert "AKIAIOSFODNN7EXAMPLE" not in error.why
    assert "a@b.com" not in error.why
    assert "\x1b" not in error.why
