"""The reader of one file: what ELMAH writes comes back, and anything else is refused in a defined way."""

from __future__ import annotations

import gc
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from elmah_writer import BOM, Written, elmah_bytes, elmah_name
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec import structs

from evtui.domain.faults import ErrorEntry
from evtui.providers.elmah_xml import (
    DEEPEST,
    SHALLOW,
    ErrorFile,
    Flaw,
    Origin,
    UnreadableError,
    mend,
    name_time,
    read_error,
)
from evtui.redact import MASK, admit

GUID = "0f8fad5b-d9cb-469f-a165-70867728950e"
OTHER_GUID = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
NAMED_AT = datetime(2024, 1, 25, 2, 3, 4, tzinfo=UTC)
ORIGIN = Origin(elmah_name(NAMED_AT, GUID), datetime(2024, 2, 2, tzinfo=UTC), ZoneInfo("Asia/Hong_Kong"))
SECRETS = ("hunter2-secret", "F00DCAFE1234", "4111 1111 1111 1111", "someone@example.com")


def entry_of(data: bytes, origin: Origin = ORIGIN) -> ErrorEntry:
    return read_error(data, origin).entry


def flaw_of(data: bytes) -> UnreadableError:
    with pytest.raises(UnreadableError) as caught:
        read_error(data, ORIGIN)
    return caught.value


@pytest.mark.parametrize("crlf", [True, False])
@pytest.mark.parametrize("bom", [True, False])
def test_every_field_comes_back(crlf: bool, bom: bool) -> None:
    error = Written(message="找不到訂單 TG240125C00042", form={"page": ("370490",)}, server_variables={"EMPTY": ()})
    assert read_error(elmah_bytes(error, crlf=crlf, bom=bom), ORIGIN) == ErrorFile(
        ErrorEntry(
            error_id=error.error_id,
            application="/LM/W3SVC/2/ROOT",
            host="WEB-01",
            type="System.InvalidOperationException",
            message="找不到訂單 TG240125C00042",
            at=datetime(2024, 1, 25, 2, 3, 4, 987654, UTC),
            status_code=500,
            source="Shop.Web",
        )
    )


def test_attributes_that_elmah_leaves_out_are_empty() -> None:
    entry = entry_of(BOM + b'<error message="bare" />')
    assert entry == ErrorEntry(GUID, "", "", "", "bare", NAMED_AT, None, "")


def test_a_type_need_not_be_a_dotnet_name() -> None:
    assert entry_of(elmah_bytes(Written(type="log4net - ERROR"))).type == "log4net - ERROR"


def test_messages_keep_their_lines() -> None:
    assert entry_of(elmah_bytes(Written(message="one\r\n\ttwo"))).message == "one\n\ttwo"


def test_long_messages_are_cut_and_say_by_how_much() -> None:
    message = entry_of(elmah_bytes(Written(message="字" * 1_200_000))).message
    assert message == "字" * 1000 + "…(+1199000)"


@pytest.mark.parametrize(
    ("status", "expected"),
    [("404", 404), ("0", None), ("", None), ("-1", None), ("9" * 5000, None), ("٤٠٤", None), ("4x4", None)],
)
def test_status_code(status: str, expected: int | None) -> None:
    assert entry_of(f'<error statusCode="{status}"/>'.encode()).status_code == expected


class TestIdentity:
    def test_the_attribute_comes_first(self) -> None:
        assert entry_of(f'<error errorId="{OTHER_GUID.upper()}"/>'.encode()).error_id == OTHER_GUID

    def test_then_the_guid_of_the_name(self) -> None:
        assert entry_of(b"<error/>", structs.replace(ORIGIN, name=elmah_name(NAMED_AT, GUID.upper()))).error_id == GUID

    def test_then_the_name(self) -> None:
        name = elmah_name(NAMED_AT, None)
        assert entry_of(b"<error/>", structs.replace(ORIGIN, name=name)).error_id == name

    def test_a_guid_is_not_taken_for_a_card_number(self) -> None:
        guid = "abcd1234-1234-4234-8234-1234abcdef01"
        assert admit(guid) == guid  # and no mask could take it for one
        assert entry_of(f'<error errorId="{guid}"/>'.encode()).error_id == guid

    def test_an_id_that_is_no_guid_is_cleaned(self) -> None:
        assert entry_of(b'<error errorId="a&#x9B;2J"/>').error_id == "a<U+009B>2J"


class TestTime:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("2024-01-25T02:03:04.1234567Z", datetime(2024, 1, 25, 2, 3, 4, 123456, UTC)),
            ("2024-01-25T02:03:04Z", datetime(2024, 1, 25, 2, 3, 4, 0, UTC)),
            ("2004-06-11T16:25:07.7570000+02:00", datetime(2004, 6, 11, 14, 25, 7, 757000, UTC)),
            ("2024-01-25T10:03:04.5", datetime(2024, 1, 25, 2, 3, 4, 500000, UTC)),  # no offset: Hong Kong
        ],
    )
    def test_forms(self, text: str, expected: datetime) -> None:
        entry = entry_of(f'<error time="{text}"/>'.encode())
        assert entry.at == expected
        assert entry.at.utcoffset() == timedelta(0)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "yesterday",
            "0001-01-01T00:00:00",
            "0001-01-01T00:00:00+14:00",
            "0001-01-02T00:00:00Z",
            "9999-12-31T23:59:59-14:00",
        ],
    )
    def test_the_name_stands_in_for_a_time_that_is_missing_or_unset(self, text: str) -> None:
        assert entry_of(f'<error time="{text}"/>'.encode()).at == NAMED_AT

    @pytest.mark.parametrize("name", ["stray.xml", "error-2024-13-45999999Z.xml", "error-0001-01-01000000Z.xml"])
    def test_the_file_stands_in_for_the_name(self, name: str) -> None:
        assert entry_of(b"<error/>", structs.replace(ORIGIN, name=name)).at == ORIGIN.written

    def test_old_names_have_a_time_too(self) -> None:
        assert name_time("error-2011-03-25073303Z.xml") == datetime(2011, 3, 25, 7, 33, 3, tzinfo=UTC)


class TestCharacters:
    @pytest.mark.parametrize(
        "reference",
        ["&#x1B;", "&#x0;", "&#0;", "&#27;", "&#xD800;", "&#xdfff;", "&#xFFFF;", "&#x110000;", "&#" + "9" * 9000 + ";"],
    )
    def test_references_xml_does_not_allow_are_replaced_and_counted(self, reference: str) -> None:
        found = read_error(f'<error message="a{reference}[2Jb{reference}&#xD;&#xA;c"/>'.encode(), ORIGIN)
        assert found.mended == 2
        assert found.entry.message == "a\ufffd[2Jb\ufffd\nc"

    @pytest.mark.parametrize("raw", [b"\x1b", b"\x00", b"\xed\xa0\x80", b"\xef\xbf\xbf"])
    def test_raw_characters_xml_does_not_allow_are_too(self, raw: bytes) -> None:
        found = read_error(b'<error message="a' + raw + b'b"/>', ORIGIN)
        assert (found.entry.message, found.mended) == ("a\ufffdb", 1)

    def test_bytes_that_are_not_utf8(self) -> None:
        found = read_error(b'<error message="caf\xe9!"/>', ORIGIN)
        assert (found.entry.message, found.mended) == ("caf\ufffd!", 1)

    def test_all_kinds_of_damage_count(self) -> None:
        found = read_error(b'<error message="&#x1B;caf\xe9!\x00\xef\xbf\xbd"/>', ORIGIN)
        assert (found.entry.message, found.mended) == ("\ufffdcaf\ufffd!\ufffd\ufffd", 3)

    def test_c1_controls_which_xml_allows_are_made_visible(self) -> None:
        assert entry_of(b'<error message="&#x9B;2J&#x85;\xc2\x9d0;x"/>').message == "<U+009B>2J<U+0085><U+009D>0;x"

    def test_legal_references_are_left_alone(self) -> None:
        data = b'<error message="&#x9;&#10;&#x5B57;&#x1F600;&#xE000;&amp;&#x41;"/>'
        assert mend(data) == (data, 0)
        assert entry_of(data).message == "\t\n字😀\ue000&A"

    def test_direction_overrides_do_not_pass(self) -> None:
        assert entry_of("<error type='\u202egpj.exe' message='\u200b'/>".encode()).type == "<U+202E>gpj.exe"

    @pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be"])
    def test_utf16_with_its_mark(self, codec: str) -> None:
        mark = {"utf-16": b"", "utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}[codec]
        assert entry_of(mark + '<error message="字"/>'.encode(codec)).message == "字"

    @pytest.mark.parametrize("encoding", ["big5", "no-such-codec", "utf-16"])
    def test_a_declared_encoding_is_not_believed(self, encoding: str) -> None:
        assert entry_of(f'<?xml version="1.0" encoding="{encoding}"?><error type="X"/>'.encode()).type == "X"


class TestRefusals:
    @pytest.mark.parametrize(
        "declaration",
        [
            "<!DOCTYPE error>",
            '<!DOCTYPE error SYSTEM "file:///etc/passwd">',
            '<!DOCTYPE error [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>',
            '<!DOCTYPE error [<!ENTITY % p SYSTEM "http://127.0.0.1:1/x"> %p;]>',
        ],
    )
    @pytest.mark.parametrize("codec", ["utf-8", "utf-16"])
    def test_document_types(self, declaration: str, codec: str) -> None:
        error = flaw_of((declaration + '<error message="&b;"/>').encode(codec))
        assert (error.flaw, error.entry) == (Flaw.DOCTYPE, None)

    @pytest.mark.parametrize("data", [b"<test/>", b'<e:error xmlns:e="x"/>', b"<Error/>", b"<html><error/></html>"])
    def test_xml_that_is_not_elmah(self, data: bytes) -> None:
        assert flaw_of(data).flaw is Flaw.FOREIGN

    def test_depth_is_bounded(self) -> None:
        inside = DEEPEST - 1
        padding = b"<a/>" * SHALLOW
        whole = b"<error>" + b"<a>" * inside + b"</a>" * inside + padding + b"</error>"
        assert entry_of(whole).type == ""
        assert flaw_of(b"<error>" + b"<a>" * DEEPEST + b"</a>" * DEEPEST + padding + b"</error>").flaw is Flaw.TOO_DEEP
        assert flaw_of(b"<error>" + b"<a>" * 1_000_000).flaw is Flaw.TOO_DEEP

    def test_files_leave_nothing_for_the_garbage_collector(self) -> None:
        data = elmah_bytes(Written())
        gc.collect()
        gc.disable()
        try:
            for _ in range(50):
                read_error(data, ORIGIN)
            assert gc.collect() < 50
        finally:
            gc.enable()

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            BOM,
            b"   ",
            b"\0" * 512,
            b"not xml",
            b"\x89PNG\r\n\x1a\n",
            b"<error",
            b'<error type="&undefined;"/>',
            b"<error a='1' a='2'/>",
        ],
    )
    def test_what_is_not_xml(self, data: bytes) -> None:
        error = flaw_of(data)
        assert (error.flaw, error.entry) == (Flaw.BROKEN, None)

    def test_a_file_cut_anywhere_is_broken_and_tells_what_its_root_tag_tells(self) -> None:
        error = Written(message="half", server_variables={"HTTP_HOST": ("shop",), "HTTP_COOKIE": ("a=b",)})
        data = elmah_bytes(error)
        whole = entry_of(data)
        tag_ends = data.index(b">") + 1
        for end in range(len(data)):
            cut = flaw_of(data[:end])
            assert cut.flaw is Flaw.BROKEN
            assert cut.entry == (whole if end >= tag_ends else None), end


class TestSecrets:
    def test_nothing_but_the_root_tag_is_kept(self) -> None:
        error = Written(
            detail=" ".join(SECRETS),
            user=SECRETS[3],
            server_variables={"HTTP_COOKIE": (SECRETS[0],), "AUTH_PASSWORD": (SECRETS[1],), "ALL_RAW": SECRETS},
            query_string={"token": SECRETS},
            form={"password": (SECRETS[0],)},
            cookies={".ASPXAUTH": (SECRETS[1],)},
        )
        data = elmah_bytes(error)
        assert all(secret.encode() in data for secret in SECRETS)
        told = repr(read_error(data, ORIGIN))
        assert not [secret for secret in SECRETS if secret in told]

    @pytest.mark.parametrize(
        "text",
        [
            f"login failed: password={SECRETS[0]}; retry",
            f"Cookie: ASP.NET_SessionId={SECRETS[1]}; other={SECRETS[0]}",
            f"card {SECRETS[2]} declined",
            f"mail to {SECRETS[3]} failed",
            f'{{"accessToken":"{SECRETS[0]}"}}',
            f"Server=db;User Id=sa;Pwd={SECRETS[0]};",
        ],
    )
    @pytest.mark.parametrize("field", ["message", "type", "source", "host", "application", "error_id"])
    def test_secrets_in_the_tag_are_masked(self, field: str, text: str) -> None:
        values: dict[str, Any] = {field: text}
        told = repr(read_error(elmah_bytes(replace(Written(), **values)), ORIGIN))
        assert MASK in told
        assert not [secret for secret in SECRETS if secret in told]


ATTRIBUTE = st.text(
    st.characters() | st.sampled_from("\x00\x1b\x9b\ud800\udfff\ufffe\u202e\u200b&<>\"'\r\n\t字"), max_size=60
)
MOMENT = st.integers(0, 3_000_000_000_000_000).map(
    lambda us: datetime(2004, 1, 1, tzinfo=UTC) + timedelta(microseconds=us)
)


def as_written(raw: str) -> str:
    """What a value is after ELMAH wrote it and a reader replaced what XML does not allow."""
    allowed = (
        c if c in "\t\r\n" or " " <= c < "\ud800" or "\ue000" <= c < "\ufffe" or c > "\uffff" else "\ufffd" for c in raw
    )
    return "".join(allowed)


@given(ATTRIBUTE, ATTRIBUTE, ATTRIBUTE, st.booleans(), MOMENT)
def test_what_elmah_wrote_is_read(message: str, type_: str, secret: str, crlf: bool, at: datetime) -> None:
    error = Written(at=at, message=message, type=type_, server_variables={secret: (secret,), "b": ()})
    found = read_error(elmah_bytes(error, crlf=crlf), ORIGIN)
    assert found.entry.at == at
    assert found.entry.message == admit(as_written(message))
    assert found.entry.type == admit(as_written(type_))
    replaced = sum(
        a != b for raw in (message, type_, secret, secret) for a, b in zip(raw, as_written(raw), strict=True)
    )
    assert found.mended == replaced


SCRAPS = (
    *(b"<error", b' message="', b'"', b">", b"/>", b"</error>", b"<!DOCTYPE", b"<!--", b"-->", b"<![CDATA[", b"]]>"),
    *(
        b"&#x0;",
        b"&#xD800;",
        b"&#x;",
        b"&#99999999999;",
        b"&amp;",
        b"&x;",
        b"\xff\xfe",
        b"\0",
        b"\xed\xa0\x80",
        b"\xe5",
    ),
    *(BOM, b' time="2024-01-25T00:00:00Z"', b' statusCode="404"', b"<?xml version='1.0' encoding='", b"'?>"),
)


@given(st.binary(max_size=300) | st.lists(st.sampled_from(SCRAPS), max_size=25).map(b"".join), st.text(max_size=40))
@example(b"\xff\xfe\x00\xd8", "error-.xml")
@example(b'<?xml version="1.0" encoding="utf-7"?><error/>', "")
def test_any_bytes_give_an_error_or_a_defined_refusal(data: bytes, name: str) -> None:
    try:
        entry = read_error(data, structs.replace(ORIGIN, name=name)).entry
    except UnreadableError:
        return
    assert entry.at.utcoffset() == timedelta(0)
    for text in (entry.error_id, entry.application, entry.host, entry.type, entry.message, entry.source):
        assert text.encode().decode() == text  # no half surrogate is left
        assert "\x1b" not in text
        assert "\x9b" not in text
