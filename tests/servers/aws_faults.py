"""What AWS itself answers when something is wrong, in whichever of its protocols the question came."""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import format_datetime
from itertools import count
from typing import Any

from fault_proxy import Asked, Fault, Told, with_body
from msgspec.structs import replace
from wire_faults import changed, extra_fields, in_json, wrong_types


def refusal(asked: Asked, code: str, message: str, status: int = 400) -> Told:
    """An error as AWS writes it: CBOR, JSON or XML, after the question."""
    headers = {"x-amzn-requestid": "11111111-2222-3333-4444-555555555555"}
    if asked.headers.get("smithy-protocol") == "rpc-v2-cbor":
        body = b"\xa2" + b"".join(_cbor_text(text) for text in ("__type", f"com.amazonaws#{code}", "message", message))
        return Told(status, body, headers | {"content-type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"})
    if "json" in asked.headers.get("content-type", ""):
        text = json.dumps({"__type": code, "message": message})
        sort = asked.headers["content-type"]
        return Told(status, text.encode(), headers | {"content-type": sort, "x-amzn-query-error": f"{code};Sender"})
    text = (
        '<ErrorResponse xmlns="http://autoscaling.amazonaws.com/doc/2011-01-01/"><Error><Type>Sender</Type>'
        f"<Code>{code}</Code><Message>{message}</Message></Error><RequestId>1-2-3</RequestId></ErrorResponse>"
    )
    return Told(status, text.encode(), headers | {"content-type": "text/xml"})


def _cbor_text(text: str) -> bytes:
    raw = text.encode()
    return (bytes([0x60 + len(raw)]) if len(raw) < 24 else b"\x79" + struct.pack(">H", len(raw))) + raw


def refusing(name: str, code: str, message: str, status: int = 400) -> Fault:
    """AWS refuses every question so."""
    return Fault(name, answer=lambda asked, _: refusal(asked, code, message, status))


EXPIRED = refusing("expired token", "ExpiredToken", "The security token included in the request is expired", 403)
DENIED = refusing("access denied", "AccessDenied", "User is not authorized to perform this action", 403)
BAD_KEY = refusing("unknown key", "InvalidClientTokenId", "The security token included in the request is invalid", 403)
THROTTLED = refusing("throttled", "Throttling", "Rate exceeded")


def expired_mid_poll(_: Callable[[], datetime]) -> Fault:
    """The first question is answered, whatever follows meets an expired token."""
    turns = count()
    return Fault(
        "expired mid-poll",
        answer=lambda asked, upstream: EXPIRED.answer(asked, upstream) if next(turns) else upstream(),
    )


def skewed_signature(by: timedelta) -> Callable[[Callable[[], datetime]], Fault]:
    """AWS's clock is `by` ahead, so that no signature is good for it."""

    def make(now: Callable[[], datetime]) -> Fault:
        def answer(asked: Asked, _: Callable[[], Told]) -> Told:
            told = refusal(asked, "SignatureDoesNotMatch", "Signature not yet current", 403)
            return replace(told, headers=told.headers | {"date": format_datetime(now() + by, usegmt=True)})

        return Fault("clock off, refused", answer=answer)

    return make


def _partial(value: Any) -> Any:
    for result in value["MetricDataResults"]:
        result["StatusCode"] = "PartialData"
        for name in ("Timestamps", "Values"):
            result[name] = result[name][len(result[name]) // 2 :]
    return value


PARTIAL = Fault(
    "partial data",
    answer=lambda asked, upstream: in_json(_partial)(upstream()) if b"MetricDataQueries" in asked.body else upstream(),
)


def _in_xml(pattern: bytes, new: bytes) -> Callable[[Told], Told]:
    return lambda real: with_body(real, re.sub(pattern, new, real.body))


WRONG_TYPES = Fault(
    "wrong types", answer=changed(lambda real: _in_xml(rb">\d+<", b">many<")(in_json(wrong_types)(real)))
)


def _more_fields(real: Told) -> Told:
    return _in_xml(rb"<member>(?=\s*<)", b"<member><zzNew>1</zzNew>")(in_json(extra_fields)(real))


EXTRA_FIELDS = Fault("extra fields", answer=changed(_more_fields))
