"""Topics and look-ups from real scripts: what they print is told, how they fail is said, nothing of them stays."""

from __future__ import annotations

import asyncio
import errno
import os
import subprocess
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from command_launch import NOW, OPENS, ORDERS, STOCK, TRAFFIC, Desk
from hypothesis import given, settings
from hypothesis import strategies as st

from evtui.domain.codes import parse_code
from evtui.domain.reading import ErrorBatch, FailureKind, Lookup, OrderBatch, StockLevels, Topic, TrafficPoints
from evtui.errors import UsageError
from evtui.providers import registry
from evtui.providers.base import Question, SourceError
from evtui.providers.command import CommandProvider
from evtui.providers.command_output import HALF, NOT_JSON, read_document, read_lines

BOTH = """
echo '{"page": 370490, "left": 5}'
echo '{"page": 370480, "left": 7}'
"""


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path, {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "SHOP_TOKEN": "s3cret-token-9"})


async def failure(desk: Desk, script: str, **keys: Any) -> SourceError:
    with pytest.raises(SourceError) as caught:
        await desk.poll(script, **keys)
    return caught.value


def running(marker: str) -> list[str]:
    """Command lines with this word that run; those that only wait to be cleared away do not."""
    listed = subprocess.run(["ps", "-A", "-o", "stat=,args="], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if marker in line and not line.startswith("Z")]


async def vanished(marker: str) -> bool:
    until = time.monotonic() + 5
    while running(marker) and time.monotonic() < until:
        await asyncio.sleep(0.01)
    return not running(marker)


async def test_lines_of_json_are_rows(desk: Desk) -> None:
    answer = await desk.poll(BOTH)
    assert isinstance(answer.value, StockLevels)
    assert [(level.page_id, level.selling) for level in answer.value.levels] == [(370490, 5), (370480, 7)]
    assert (answer.coverage.seen, answer.coverage.expected, answer.coverage.note) == (2, 2, "")
    assert answer.fact_time == NOW
    assert answer.exchange is not None
    assert answer.exchange.asked == f"{desk.folder}/source.sh"
    assert answer.exchange.got.startswith("exit code 0, 56 bytes in 2 lines\n\n{")


async def test_one_document_is_read_by_its_envelope(desk: Desk) -> None:
    keys: dict[str, Any] = {"output": "document", "map": STOCK | {"rows": "data", "ok": "code == `0`", "error": "said"}}
    good = await desk.poll("""echo '{"code": 0,'; echo '"data": [{"page": 370490, "left": 5}]}'""", **keys)
    assert isinstance(good.value, StockLevels)
    assert len(good.value.levels) == 1
    bad = await failure(desk, """echo '{"code": 7, "said": "no stock today"}'""", **keys)
    assert (bad.kind, bad.why) == (FailureKind.DATA, "source.sh: the answer says that it is none: no stock today")
    assert bad.exchange is not None
    assert "no stock today" in bad.exchange.got


async def test_every_topic_that_can_be_mapped_can_be_printed(desk: Desk) -> None:
    traffic = await desk.poll("""echo '{"at": "2024-01-25T10:05:00", "n": 12}'""", Topic.TRAFFIC, map=TRAFFIC)
    assert isinstance(traffic.value, TrafficPoints)
    assert [(point.minute, point.requests) for point in traffic.value.points] == [(OPENS + timedelta(minutes=5), 12)]
    assert traffic.fact_time == OPENS + timedelta(minutes=6)
    fields = {"error_id": "id", "type": "type", "message": "text", "at": "at"}
    errors = await desk.poll(
        """printf '{"id": 1, "type": "E", "text": "a\\\\u001b[2Jb", "at": "2024-01-25T02:01:00Z"}\\n'""",
        Topic.ERRORS,
        map={"fields": fields},
    )
    assert isinstance(errors.value, ErrorBatch)
    assert errors.value.entries[0].message == "a␛[2Jb"


async def test_garbage_and_half_lines_are_left_out_and_counted(desk: Desk) -> None:
    answer = await desk.poll(f"""echo 'Loading...'; {BOTH} echo; echo '{{"page": 370490,'; printf '{{"page": 3'""")
    assert isinstance(answer.value, StockLevels)
    assert len(answer.value.levels) == 2
    assert answer.coverage.note == f"3 unreadable rows left out: {HALF}; {NOT_JSON}"


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("echo hello; echo world", f"none of 2 rows can be read: {NOT_JSON}"),
        ("printf '\\377\\376'", f"the only row cannot be read: {HALF}"),
        ("""echo '{"page": "x", "left": 5}'""", "the only row cannot be read: page_id"),
    ],
)
async def test_output_without_a_single_row_is_no_answer(script: str, why: str, desk: Desk) -> None:
    error = await failure(desk, script)
    assert error.kind is FailureKind.DATA
    assert error.why.startswith(f"source.sh: {why}")


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("", "it wrote nothing where one JSON document was agreed"),
        ("echo '<html>'", "what it wrote is not one JSON document"),
        ("echo '[{\"page\": 1'", "what it wrote breaks off"),
    ],
)
async def test_a_document_that_is_none_is_no_answer(script: str, why: str, desk: Desk) -> None:
    error = await failure(desk, script, output="document")
    assert (error.kind, error.why) == (FailureKind.DATA, f"source.sh: {why}")


async def test_nothing_printed_is_nothing_new(desk: Desk) -> None:
    answer = await desk.poll("", Topic.ORDERS, map=ORDERS)
    assert answer.value == OrderBatch(())


async def test_a_failing_program_is_quoted_masked(desk: Desk) -> None:
    script = """
echo "cannot reach the shop: password=hunter2hunter $SHOP_TOKEN" >&2
printf 'second \\033[31mline\\nthird\\n' >&2
exit 3
"""
    error = await failure(desk, script, pass_env=["SHOP_TOKEN"])
    assert error.kind is FailureKind.DOWN
    assert error.why.startswith("source.sh failed: exit code 3: cannot reach the shop: password=***")
    assert "third" not in error.why
    assert error.exchange is not None
    for text in (error.why, error.exchange.got, error.exchange.asked):
        assert "hunter2" not in text
        assert "s3cret" not in text
        assert "\x1b" not in text


async def test_a_secret_is_masked_before_anything_is_cut(desk: Desk) -> None:
    for blanks in range(186, 200):
        error = await failure(desk, f"printf '%{blanks}s%s' '' \"$SHOP_TOKEN\" >&2; exit 1", pass_env=["SHOP_TOKEN"])
        assert error.exchange is not None
        assert "s3" not in error.exchange.got + error.why


async def test_what_it_prints_does_not_give_a_passed_variable_away(desk: Desk) -> None:
    fields = {"error_id": "id", "type": "type", "message": "text", "at": "at"}
    answer = await desk.poll(
        """echo '{"id": 1, "type": "E", "at": "2024-01-25T02:01:00Z", "text": "'"$SHOP_TOKEN"'"}'""",
        Topic.ERRORS,
        map={"fields": fields},
        pass_env=["SHOP_TOKEN"],
    )
    assert isinstance(answer.value, ErrorBatch)
    assert answer.value.entries[0].message == "***"
    assert answer.exchange is not None
    assert "s3cret" not in answer.exchange.got


async def test_exit_codes_mean_what_the_settings_say(desk: Desk) -> None:
    keys: dict[str, Any] = {"ok_codes": [0, 4], "auth_codes": [77], "remedy": "kinit shop"}
    answer = await desk.poll(f"{BOTH} exit 4", **keys)
    assert answer.coverage.seen == 2
    error = await failure(desk, "exit 77", **keys)
    assert (error.kind, error.remedy) == (FailureKind.AUTH, "kinit shop")
    assert error.why == "source.sh asks for a login (exit code 77), without a word"
    error = await failure(desk, "kill -SEGV $$")
    assert (error.kind, error.why) == (FailureKind.DOWN, "source.sh failed: ended by SIGSEGV, without a word")


async def test_limits_of_time_size_and_lines(desk: Desk) -> None:
    error = await failure(desk, "echo waiting >&2; sleep 60", timeout=0.2)
    assert error.why == "source.sh did not come to an end in 0.2 s and was ended: waiting"
    assert error.kind is FailureKind.DOWN
    error = await failure(desk, "yes", max_bytes=10_000)
    assert error.why == "source.sh wrote more than 10,000 bytes and was ended"
    assert error.kind is FailureKind.DATA
    error = await failure(desk, "yes 1 | head -20", max_lines=10)
    assert error.why == "source.sh: it wrote more than 10 lines"


async def test_programs_that_cannot_be_started_say_what_they_are(desk: Desk) -> None:
    async def why(**keys: Any) -> str:
        with pytest.raises(SourceError) as caught:
            await desk.provider(**keys).poll(Topic.STOCK, None)
        assert caught.value.kind is FailureKind.DOWN
        assert caught.value.remedy
        assert caught.value.exchange is not None
        return caught.value.why

    assert await why(command=["./gone.sh"]) == "gone.sh is not there: nothing of that name in its folder"
    assert await why(command=["no-such-program"]) == "no-such-program is not there: nothing of that name on PATH"
    desk.script("true", "plain.sh", 0o644)
    assert await why(command=["./plain.sh"]) == "plain.sh may not be run by this account"
    (desk.folder / "tools").mkdir()
    assert await why(command=["./tools"]) == "tools is a folder and no program"
    desk.script("#!/no/such/interpreter\n", "odd.sh")
    assert "interpreter that is not there" in await why(command=["./odd.sh"])
    (desk.folder / "bare").write_text("echo hello")
    (desk.folder / "bare").chmod(0o755)
    assert "does not begin with the line that names its interpreter" in await why(command=["./bare"])
    assert os.strerror(errno.E2BIG) in await why(command=["true", "x" * 3_000_000])


async def test_a_folder_that_is_gone_is_named(desk: Desk) -> None:
    provider = desk.provider(command=["true"])
    desk.folder.rmdir()
    with pytest.raises(SourceError, match="the folder of the campaign file is gone"):
        await provider.poll(Topic.STOCK, None)


async def test_placeholders_are_whole_arguments_and_need_no_quoting(desk: Desk) -> None:
    script = """for a in "$@"; do echo "<$a>" >&2; done; exit 1"""
    command = ["./source.sh", "{since}", "{until}", "{shop}", "{pages}", "$(id) ; *", ""]
    error = await failure(desk, script, command=command)
    assert error.exchange is not None
    for told in ("<2024-01-25T01:00:00Z>", "<2024-01-25T02:30:00Z>", "<28>", "<370490,370480>", "<$(id) ; *>", "<>"):
        assert told in error.exchange.got


async def test_since_goes_on_from_the_newest_that_was_told(desk: Desk) -> None:
    desk.script("""echo '{"at": "2024-01-25T02:05:00Z", "n": 12}'; echo "$1" >> asked""")
    provider = desk.provider(Topic.TRAFFIC, command=["./source.sh", "{since}"], map=TRAFFIC, overlap=60)
    first = await provider.poll(Topic.TRAFFIC, None)
    await provider.poll(Topic.TRAFFIC, first.cursor)
    assert (desk.folder / "asked").read_text().split() == ["2024-01-25T01:00:00Z", "2024-01-25T02:04:00Z"]


LINES = """
tell() { echo "{\\"ts\\": \\"$1\\", \\"tg\\": \\"$2\\", \\"qty\\": 1, \\"page\\": 370490, $rest"; }
rest='"at": "2024-01-25T02:01:00Z", "status": "Paid"}'
tell TS240125L000001 TG240125L00001
tell TS240125L000002 TG240125L00001
tell TS240125L000003 TG240125L00009
"""


async def test_orders_that_are_asked_for_by_time_say_what_they_go_on_from(desk: Desk) -> None:
    desk.script(LINES)
    provider = desk.provider(Topic.ORDERS, command=["./source.sh", "{since}"], map=ORDERS)
    first = await provider.poll(Topic.ORDERS, None)
    desk.clock.advance(timedelta(seconds=5))
    second = await provider.poll(Topic.ORDERS, first.cursor)
    assert isinstance(first.value, OrderBatch)
    assert isinstance(second.value, OrderBatch)
    assert len(first.value.lines) == 3
    assert (first.value.since, second.value.since) == (None, NOW)


@pytest.mark.parametrize("code", ["TS240125L000002", "TG240125L00001"])
async def test_a_look_up_tells_of_the_group_of_its_code(code: str, desk: Desk) -> None:
    desk.script(f'echo "$1" > asked\n{LINES}')
    provider = desk.provider(Lookup.ORDER_STATUS, command=["./source.sh", "{code}"], map=ORDERS)
    answer = await provider.look_up(Lookup.ORDER_STATUS, Question(parse_code(code)))
    assert isinstance(answer.value, OrderBatch)
    assert [line.ts_code for line in answer.value.lines] == ["TS240125L000001", "TS240125L000002"]
    assert (desk.folder / "asked").read_text() == f"{code}\n"
    with pytest.raises(SourceError, match="no task_log look-up"):
        await provider.look_up(Lookup.TASK_LOG, Question(parse_code(code)))


async def test_a_variable_that_should_be_passed_and_is_not_set_is_a_matter_of_login(desk: Desk) -> None:
    error = await failure(desk, BOTH, pass_env=["OTHER_TOKEN"])
    assert (error.kind, error.remedy) == (FailureKind.AUTH, "start evtui again with OTHER_TOKEN set")


async def test_cancelling_and_closing_leave_nothing_running(desk: Desk) -> None:
    marker = "31536001"
    desk.script(f"trap '' TERM HUP INT; echo > begun; sleep {marker} & sleep {marker}")
    provider = desk.provider()
    polls = [asyncio.create_task(provider.poll(Topic.STOCK, None)) for _ in range(2)]
    until = time.monotonic() + 5
    while len(running(marker)) < 4 and time.monotonic() < until:
        await asyncio.sleep(0.01)
    with pytest.raises(SourceError, match=r"2 runs of source\.sh are still under way"):
        await provider.poll(Topic.STOCK, None)
    polls[0].cancel()
    with pytest.raises(asyncio.CancelledError):
        await polls[0]
    began = time.monotonic()
    await provider.aclose()
    await provider.aclose()
    with pytest.raises(SourceError, match="was stopped"):
        await polls[1]
    assert time.monotonic() - began < 1
    assert await vanished(marker)
    desk.script(BOTH)
    assert (await provider.poll(Topic.STOCK, None)).coverage.seen == 2


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"command": []}, "the first word has to be a program"),
        ({"command": [" "]}, "the first word has to be a program"),
        ({"command": ["{since}"]}, "cannot be a placeholder"),
        ({"command": ["x", "a\0b"]}, "NUL"),
        ({"command": ["x", "--since={since}"]}, r"command\[1\]: \{since\} has to be an argument of its own"),
        ({"command": ["x", "{sinc}"]}, r"there is no \{sinc\}; did you mean \{since\}"),
        ({"command": ["x", "{code}"]}, "stock is about no single order"),
        ({"pass_env": ["A=B"]}, "'A=B' cannot be the name"),
        ({"timeout": 0}, "timeout: 0"),
        ({"timeout": float("nan")}, "timeout: nan"),
        ({"overlap": -1}, "overlap: -1"),
        ({"max_bytes": 0}, "max_bytes: 0"),
        ({"max_lines": 0}, "max_lines: 0"),
        ({"ok_codes": [256]}, "ok_codes: 256"),
        ({"ok_codes": []}, "ok_codes: it is empty"),
        ({"auth_codes": [0]}, "auth_codes: ok_codes holds 0 too"),
        ({"map": {"fields": {"page_id": "page"}}}, "needs selling"),
    ],
)
def test_settings_that_cannot_work_are_refused(keys: dict[str, Any], words: str, desk: Desk) -> None:
    with pytest.raises(UsageError, match=words):
        desk.provider(Topic.STOCK, **keys)


def test_a_look_up_needs_its_code(desk: Desk) -> None:
    with pytest.raises(UsageError, match="has to be told which order"):
        desk.provider(Lookup.ORDER_STATUS, map=ORDERS)


def test_it_is_found_by_its_name() -> None:
    assert registry.load("command") is CommandProvider


@settings(deadline=None)
@given(st.lists(st.binary(max_size=12) | st.sampled_from([b'{"a": 1}', b"[", b"NaN", b" ", b"\xef\xbb\xbf1"])))
def test_any_output_is_read_line_by_line_or_counted(lines: list[bytes]) -> None:
    raw = b"\n".join(lines)
    printed = read_lines(raw, 10_000)
    written = sum(1 for line in raw.removeprefix(b"\xef\xbb\xbf").split(b"\n") if line.strip())
    assert len(printed.document) + len(printed.complaints) == written
    try:
        read_document(raw)
    except SourceError as refused:
        assert refused.kind is FailureKind.DATA  # noqa: PT017  most documents are none


def test_depth_without_end_is_no_json() -> None:
    assert read_lines(b"[" * 100_000 + b"\n", 10).complaints == (NOT_JSON,)
