"""Secrets and personal data: what must go goes, and what an engineer needs stays."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    ("text", "left"),
    [
        ("password: correct horse battery staple", "password: ***"),
        ("address: Flat 5, 10/F, 12 Some Road", "address: ***"),
        ("receiverName: Some Body, orderCode: TG240125L00042", "receiverName: ***, orderCode: TG240125L00042"),
        ('Password="my w";Database=erp', 'Password="***";Database=erp'),
        ("Password='it''s mine', x", "Password='***', x"),
        ('{"cookie":"a=b; x=y z","shop":28}', '{"cookie":"***","shop":28}'),
        ('{"password":"a\\"b c","shop":28}', '{"password":"***","shop":28}'),
        ("{pwd: a b}", "{pwd: ***}"),
        ('"phones":["21234567","31234567"],"shop":28', '"phones":***,"shop":28'),
        ('"address":{"line1":"Flat 5","to":[1]},"shop":28', '"address":***,"shop":28'),
        ("name=Some Body&shop=28", "name=***&shop=28"),
        ("Server=db;Password=a b;c;Database=erp", "Server=db;Password=***;Database=erp"),
        ("postgresql://user:p@ss@host/erp", "postgresql://***@host/erp"),
        ("postgresql://user:p/a@host/erp", "postgresql://***@host/erp"),
        ("https://token@host/x", "https://***@host/x"),
        ("memberId: 1234567 not synced", "memberId: *** not synced"),
        ("to some.one@example.com%3Bany.one@example.com, cc", "to ***, cc"),
        ("member id: 1234567 not synced", "member id: *** not synced"),
        ("phone: (852) 2123 4567 rang", "phone: *** rang"),
        ("<Password>a b</Password><Shop>28</Shop>", "<Password>***</Password><Shop>28</Shop>"),
        ("password%3Dhunter2%26shop%3D28", "password%3D***%26shop%3D28"),
        ("&quot;password&quot;:&quot;a b&quot;,1", "&quot;password&quot;:&quot;***&quot;,1"),
        ("password=a<U+200B>b c", "password=***"),
        ("password:\na b", "password:\n***"),
        ("Token: abc def\n   at Shop.Run()", "Token: ***\n   at Shop.Run()"),
        ("connection string: Server=db", "connection string: ***"),
        ("password => 'a b'", "password => '***'"),
        ("密碼=a b", "密碼=***"),
        ("手機號碼：21234567，已出貨", "手機號碼：***"),
        ("password\uff1dhunter2", "password\uff1d***"),
        (
            "\uff50\uff41\uff53\uff53\uff57\uff4f\uff52\uff44=a b",
            "\uff50\uff41\uff53\uff53\uff57\uff4f\uff52\uff44=***",
        ),
    ],
)
def test_a_value_goes_to_its_end_and_no_further(text: str, left: str) -> None:
    assert mask(text) == left


@pytest.mark.parametrize(
    "key", ["密碼", "電話", "手機", "手機號碼", "收件人", "姓名", "地址", "電郵", "會員編號", "身分證"]
)
@pytest.mark.parametrize("separator", ["=", ":", "：", "\uff1d", " = "])
def test_chinese_keys_go(key: str, separator: str) -> None:
    assert mask(f"訂單 {key}{separator}某某 路") == f"訂單 {key}{separator}{MASK}"


@pytest.mark.parametrize(
    "text",
    [
        *(
            "91234567",
            "0912345678",
            "0912-345-678",
            "852-9123-4567",
            "85291234567",
            "+852 9123-4567",
            "+886-912-345-678",
        ),
        *("tel:21234567", "tel. 21234567", "phone 71234567", "電話91234567", "手機 21234567"),
        *(
            "4111111111111111",
            "378282246310005",
            "3782 822463 10005",
            "some.one%40example.com",
            "A123456(7)",
            "A123456789",
        ),
        *("password hunter2", "password is hunter", "the password was hunter two", "密碼是hunter", "--password hunter"),
        *("ghp_" + "a1" * 18, "github_pat_" + "a1" * 18, "AIza" + "a1" * 18, "xoxb-123-abcdef", "sk-" + "a1" * 12),
        *("sk_live_" + "a1" * 12, "eyJhbGciOiJIUzI1"),
        "-----BEGIN RSA PRIVATE KEY-----\nAAAA\nBBBB\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\nAAAA\nBBBB",
    ],
)
def test_shapes_go_wherever_they_stand(text: str) -> None:
    for around in (text, f"第一 {text} ok", f"x: {text}, y", f"{text}\n"):
        left = mask(around)
        assert MASK in left
        for part in text.replace("%40", " ").split():
            assert not any(char.isdigit() for char in part) or part not in left
    assert "AAAA" not in mask(text)
    assert "hunter" not in mask(text)


@pytest.mark.parametrize("between", ["\u200b", "\u00ad", "\x00", "\x1b", "\u202e", "\u0301", "\u0301" * 40, "\u0600"])
def test_a_key_broken_by_what_nobody_sees_is_a_key(between: str) -> None:
    assert admit(f"pass{between}word=hunter2") == "password=***"
    assert "9123" not in admit(f"pho{between}ne: 9123{between}4567")


def test_signs_made_visible_stay_where_nothing_hides_behind_them() -> None:
    assert admit("zero\u200bwidth, password=x") == "zero<U+200B>width, password=***"


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
        '{"SkuId":98765432,"SalePageId":6370490,"ShopId":28,"VipMemberId":null}',
        "TS240125L000042C-51234567 order TM240125L00042",
        "i-0123456789abcdef0 i-51234567 vol-09123456712345678",
        "91234567-1234-4234-8234-123412341234 abcd1234-1234-4234-8234-1234abcdef01",
        "2024-01-25T10:02:26.1234567+08:00 20240125 2024/01/25 2024-2025 GMT+0800",
        "202511030132390014 1706148146000",
        "HK$ 56,000,000.00 of $91234567, 91234567.50",
        "Value cannot be null.\nParameter name: address",
        "Could not load file or assembly 'Shop, Version=1.0.0.0, Culture=neutral, PublicKeyToken=b77a5c561934e089'",
        "   at Shop.TokenService.GetPassword(String password, String email) in C:\\src\\Token.cs:line 42",
        "Contoso.InvalidPasswordException: no such column",
        "Unexpected token < in JSON at position 0",
        "password is incorrect; Basic authentication failed",
        "IP address: 10.0.0.1:443 refused",
        "https://api.example:8443/scm/v2/SalesOrder/Get?shopId=28",
        "Invalid column name 'Phone'. SELECT a.Name, a.Phone FROM Member a WHERE a.Id = @p0",
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


ORDER_CODES = st.from_regex(
    r"\A(?:TG|TM|TS|MG|MM|MS)2[0-9](?:0[1-9]|1[0-2])[0-2][0-9][A-HJ-NP-Z][0-9]{5,6}(?:C-[0-9]{1,12})?\Z"
)
TYPES = st.lists(st.from_regex(r"\A[A-Z][a-z]{2,9}(?:Exception|Service|`1)?\Z"), min_size=2, max_size=5).map(".".join)


@given(ORDER_CODES, st.sampled_from(["", "TG ", "order=", "Order: ", "(", "單號", '{"TGCode":"', "phone of "]))
def test_order_codes_stay(code: str, before: str) -> None:
    assert mask(f"{before}{code}, next") == f"{before}{code}, next"


@given(TYPES, st.integers(1, 9_999))
def test_types_and_frames_stay(name: str, line: int) -> None:
    frame = f"   at {name}.Run(String name) in C:\\src\\Run.cs:line {line}"
    assert mask(f"{name}\n{frame}") == f"{name}\n{frame}"


@given(st.uuids(), st.datetimes())
def test_guids_and_moments_stay(guid: object, at: object) -> None:
    assert mask(f"{guid} {at}") == f"{guid} {at}"


@given(
    st.lists(
        st.sampled_from(["password", "=", ":", '"', "'", "{", "}", " ", ",", "&", "name", "\n", "%3D", "@", "9123"])
    )
)
def test_nothing_written_makes_masking_fail(parts: list[str]) -> None:
    text = "".join(parts)
    assert mask(text).count("\n") <= text.count("\n")


def test_the_sign_of_the_cut_outlives_the_mask() -> None:
    assert admit("password=" + "x y" * 20, 30) == "password=***…(+39)"


@pytest.mark.parametrize(
    "flood", ["=", "password=", '"', "{", "1234567890", "91234567 ", "a@", "a.b-c_", "<U+200B>", "%3D", "\\"]
)
def test_no_flood_makes_it_slow(flood: str) -> None:
    text = (flood * 1_000)[:1_000]
    began = time.perf_counter()
    for _ in range(20):
        admit(text)
    assert time.perf_counter() - began < 0.4
