"""Secrets and personal data: what must go goes, and what an engineer needs stays."""

from __future__ import annotations

import pytest

from evtui.redact import MASK, admit, mask

SECRET = "s3cr3t-Value"


@pytest.mark.parametrize(
    "text",
    [
        f"password={SECRET}",
        f"Password : {SECRET}",
        f"Pwd={SECRET};Server=db",
        f'{{"password":"{SECRET}"}}',
        f'{{\\"accessToken\\":\\"{SECRET}\\"}}',
        f"api_key={SECRET}&x=1",
        f"x-api-key: {SECRET}",
        f"client_secret={SECRET}",
        f"Authorization: Bearer {SECRET}AAAA",
        f"authorization: Basic {SECRET}AAAA==",
        f"Cookie: a={SECRET}; b={SECRET}",
        f"HTTP_COOKIE={SECRET} {SECRET}",
        f"Set-Cookie: sid={SECRET}; Path=/",
        f"postgresql://user:{SECRET}@db/erp",
        f"mssql+pymssql://sa:{SECRET}@10.0.0.1:1433/db",
        f"https://api.example/orders?shop=28&t={SECRET}&ts=1",
        f"https://api.example/orders?s={SECRET}",
    ],
)
def test_credentials_go(text: str) -> None:
    assert SECRET not in mask(text)
    assert MASK in mask(text)


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("key AKIAIOSFODNN7EXAMPLE used", "AKIAIOSFODNN7EXAMPLE"),
        ("token eyJhbGciOiJIUzI1.eyJzdWIiOiIx.c2lnbmF0dXJl", "eyJzdWIiOiIx"),
        ("sent to some.one+x@mail.example.com", "some.one"),
        ("call +852 9123 4567 now", "9123"),
        ("call 9123 4567 now", "9123 4567"),
        ("card 4111 1111 1111 1111", "1111"),
        ("card 4111-1111-1111-1111.", "1111"),
        ('"CellPhone":"91234567"', "91234567"),
        ("VipMemberId=1234567", "1234567"),
        ("receiverName: Somebody", "Somebody"),
    ],
)
def test_what_gives_itself_away_goes(text: str, gone: str) -> None:
    assert gone not in mask(text)
    assert MASK in mask(text)


@pytest.mark.parametrize(
    "text",
    [
        "TG240125C00042 TS240125C000042 C-160027",
        "System.Data.SqlClient.SqlException: Timeout expired",
        "Nullable object must have a value.",
        "log4net - ERROR",
        "WaitingToShipping → ConfirmedToShipping",
        "stock 4,800 of 4,800 at 2024-01-25 10:02:26",
        "第一筆交易 於 2024-01-25 10:02:26 進來",
        "error-2024-01-25020304Z.xml",
        "page 370490, SKU 98765432, shop 28",
    ],
)
def test_what_an_engineer_needs_stays(text: str) -> None:
    assert mask(text) == text


def test_masking_twice_changes_nothing_more() -> None:
    once = mask(f"password={SECRET} Cookie: a=b; c=d")
    assert mask(once) == once


def test_admit_cleans_and_masks_and_takes_anything() -> None:
    assert admit(None) == ""
    assert admit(42) == "42"
    assert admit(f"\x1b[2Jpassword={SECRET}") == f"␛[2Jpassword={MASK}"
    assert admit(f"{'x' * 20} password={SECRET}", 32).startswith("x" * 20)
    assert SECRET[:2] not in admit(f"{'x' * 20} password={SECRET}", 32)
