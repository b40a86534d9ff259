"""A campaign file read: everything in it, or everything wrong with it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import pytest
from campaign_text import GOOD, changed
from hypothesis import given, settings
from hypothesis import strategies as st

from evtui.config.duration import EXAMPLES
from evtui.config.load import check_settings, example_path, find_file, load, read, source_problem, unknown_provider
from evtui.config.syntax import LARGEST
from evtui.domain.phases import steady
from evtui.domain.reading import Lookup, Topic
from evtui.errors import ConfigError, UsageError

LOOKUP = '\n[lookups.task_log]\nprovider = "sql"\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "launch.toml"


def problems(file: Path, text: str) -> list[str]:
    """Problems of `text` as `line:column key message`."""
    file.write_text(text, encoding="utf-8")
    return [f"{item.line}:{item.column} {item.key} {item.message}" for item in read(file).problems]


def one(file: Path, text: str) -> str:
    found = problems(file, text)
    assert len(found) == 1, found
    return found[0]


def line_of(text: str, start: str) -> int:
    return next(number for number, line in enumerate(text.split("\n"), 1) if line.startswith(start))


def test_the_example_is_the_launch_it_says_it_is() -> None:
    loaded = load(example_path())
    campaign = loaded.campaign
    assert (campaign.shop.id, campaign.shop.name, campaign.market) == (28, "CUAPP", "HK")
    assert [(item.page_id, item.stock, item.codes_per_set) for item in campaign.products] == [
        (370490, 4800, 3),
        (370480, 7200, 11),
        (370478, 4500, 6),
    ]
    assert campaign.opens == datetime(2024, 1, 25, 2, tzinfo=UTC)
    assert campaign.closes == datetime(2024, 2, 9, 15, 59, tzinfo=UTC)
    assert campaign.days == campaign.estimate.days == 16
    scm = campaign.service("SCMAPI")
    assert scm is not None
    assert (scm.before_fixed, scm.before_scaled, scm.planned_fixed, scm.planned_scaled) == (1, 1, 1, 3)
    assert campaign.report.every == timedelta(minutes=30)
    assert campaign.sla.stages == {"task": timedelta(minutes=3)}
    assert {source.topic for source in loaded.sources} >= set(Topic) - {Topic.TARGETS, Topic.CHARTS}
    assert {source.topic for source in loaded.lookups} == set(Lookup)
    assert {source.provider for source in (*loaded.sources, *loaded.lookups)} == {"simulated"}


def test_sources_keep_their_own_keys_raw(file: Path) -> None:
    file.write_text(GOOD + '\n[sources.stock]\nprovider = "sql"\nevery = "5s"\ndelay = "1m"\nurl_env = "X"\n')
    stock = load(file).sources[1]
    assert (stock.every, stock.delay, stock.enabled) == (steady(timedelta(seconds=5)), timedelta(minutes=1), True)
    assert stock.settings == {"url_env": "X"}


@pytest.mark.parametrize(
    ("old", "new", "start", "says"),
    [
        ("timezone =", "timezon =", "timezon", 'campaign.timezon unknown key; did you mean "timezone"?'),
        ("price = 100", 'price = "1,000"', "price", 'products[0].price expected a number, got the string "1,000"'),
        ("stock = 200", "stock = -5", "stock", "products[0].stock expected a whole number, 0 or more"),
        ("stock = 200", "stock = true", "stock", "products[0].stock expected a whole number, got true"),
        ("price = 100", "price = nan", "price", "products[0].price expected a number, got nan"),
        ("price = 100", "price = inf", "price", "products[0].price expected a number, got inf"),
        ("stock = 200", "stock = " + "9" * 4000, "stock", "products[0].stock expected a whole number, 0 or more"),
        ("page_id = 2", "page_id = 1", "page_id", "products[1].page_id 1 is already used by products[0]"),
        ("Asia/Hong_Kong", "asia/hong kong", "timezone", 'did you mean "Asia/Hong_Kong"?'),
        ("Asia/Hong_Kong", "Asia", "timezone", 'there is no time zone "Asia"'),
        ("Asia/Hong_Kong", "../../etc/passwd", "timezone", "there is no time zone"),
        ('"1h"', '"an hour"', "deliver_within", "sla.deliver_within expected a duration"),
        ('"1h"', "3600", "deliver_within", 'for 3600 seconds write "3600s"'),
        ('"1h"', '"0s"', "deliver_within", "sla.deliver_within must be longer than nothing"),
        ('"paid"', '"Paid"', "clock_starts", 'expected "paid" or "created", got the string "Paid"'),
        ("2024-03-05T17:00:00", "2024-03-01T17:00:00", "off_sale", "ends (2024-03-01T17:00:00) before it starts"),
        ("2024-03-05T17:00:00", "2024-03-05", "off_sale", "got the date 2024-03-05 without a time"),
        ("2024-03-05T17:00:00", '"2024-03-05 17:00"', "off_sale", "write 2024-03-05T17:00:00"),
        ("2024-03-05T17:00:00", "2024-02-30T17:00:00", "off_sale", "there is no such date or time"),
        ("2024-03-04T10:00:00", "0001-01-01T00:00:00", "on_sale", "year 1 is not between 2000 and 2099"),
        ("version = 1", "version = 2", "version", "reads version 1"),
        ("id = 28", 'id = "28"', "shop", "campaign.shop.id expected a whole number"),
        ('id = "spring"', 'id = "../x"', "id", "campaign.id expected a short name"),
        ('market = "HK"', 'market = ""', "market", "campaign.market expected text in quotes, not empty"),
        ('currency = "HKD"\n', "", "[campaign]", 'campaign.currency is missing; write for example `currency = "HKD"`'),
        ("[sources.traffic]", "[sources.trafic]", "[sources", 'there is no topic "trafic"; did you mean "traffic"?'),
        ("[sources.traffic]", "[sources.task_log]", "[sources", "belongs in [lookups.task_log]"),
        ("[sources.traffic]", "[lookups.stock]", "[lookups", "belongs in [sources.stock]"),
        ('provider = "simulated"', 'every = "5s"', "[sources", "provider is missing"),
        (
            "[sla]",
            '[sla]\nwarn_at = ["30m", "2h"]',
            "warn_at",
            "warn_at[1] must be shorter than deliver_within (1h)",
        ),
        ("[sla]", '[sla]\nstages = { tsk = "3m" }', "stages", 'step of the chain "tsk"; did you mean "task"?'),
        ("[errors]", "[errors]\nignore = [{}]", "ignore", "errors.ignore[0] would ignore every error"),
        (
            "shop = {",
            'code_prefixes = ["TG", "tmx"]\nshop = {',
            "code_pref",
            'two capital letters such as "TG", got',
        ),
        ('name = "One"', 'name = "One"\nskus = [5, 5]', "skus", "SKU 5 is already given to products[0]"),
    ],
)
def test_one_mistake_is_one_line_at_its_place(file: Path, old: str, new: str, start: str, says: str) -> None:
    text = changed(old, new)
    found = one(file, text)
    assert says in found
    expected = line_of(text, start)
    if "page_id = 2" in old:
        expected = text.split("\n").index("page_id = 1", expected) + 1
    assert found.startswith(f"{expected}:")


def test_no_products(file: Path) -> None:
    start, end = GOOD.index("[[products]]"), GOOD.index("[sla]")
    text = GOOD[:start] + GOOD[end:]
    assert "products is missing; the file needs at least one [[products]] table" in one(file, text)
    assert "products must not be empty" in one(file, "products = []\n" + text)


TEN = (
    ("timezone =", "timezon ="),
    ('market = "HK"', "market = HK"),
    ("id = 28", 'id = "28"'),
    ("price = 100", 'price = "1,000"'),
    ("2024-03-05T17:00:00", "2024-03-03T17:00:00"),
    ("stock = 200", "stock = -1"),
    ("page_id = 2", "page_id = 1"),
    ('"1h"', "60"),
    ('"30m"', "30m"),
    ("[sources.traffic]", "[sources.traffic"),
    ('"simulated"', '"simulated'),
)


def test_ten_mistakes_are_ten_lines_in_file_order(file: Path) -> None:
    text = GOOD
    for old, new in TEN:
        assert old in text
        text = text.replace(old, new, 1)
    file.write_text(text)
    found = read(file).problems
    assert len(found) == len(TEN), "\n".join(map(str, found))
    places = [(item.line or 0, item.column or 0) for item in found]
    assert places == sorted(places)
    assert all(item.line is not None and item.column is not None for item in found)


@pytest.mark.parametrize(
    ("broken", "line", "says"),
    [
        ('a "b"', 1, "expected `key = value`"),
        ('a = "b', 1, "a string is not closed on this line"),
        ('a = ["b",\nversion = 1', 2, "in the value that begins on line 1"),
        ('a = [\n  "b",\n  @,\n  "c",\n]', 3, "expected a value"),
        ("version = 1\nversion = 2", 2, "this key already stands further up"),
        ("a = { b = 1", 1, "an inline table is not closed"),
        ("a = 1 2", 1, "this line goes on after its value"),
        ("version = 1\n[report]\n[report]\nstyle = 5", 3, "this table already stands further up"),
        ('version = 1\na = """\nb = 1\n[c]', 2, "a string is not closed"),
        ('a = "\\d"', 1, "escape"),
        ("a = 2024-02-30", 1, "no such date"),
    ],
)
def test_syntax_errors_have_their_line_and_no_cascade(file: Path, broken: str, line: int, says: str) -> None:
    file.write_text(broken + "\n")
    found = [item for item in read(file).problems if "is missing; " not in item.message]
    first = found[0]
    assert first.line == line
    assert says in first.message
    assert len(found) == 1, "\n".join(map(str, found))


def test_a_flood_of_syntax_errors_ends(file: Path) -> None:
    found = problems(file, "!!!\n" * 500)
    assert len(found) == 21
    assert "too many syntax errors" in found[-1]


@pytest.mark.parametrize(
    "text",
    [
        "a = [\n@\n" + "1,\n" * 100_000,
        "[" + " " * 500_000,
        'a = """\n' + "b = 1\n" * 80_000,
        "[[" * 200_000,
        "=\n" * 200_000,
    ],
)
def test_a_large_broken_file_is_answered_soon(file: Path, text: str) -> None:
    file.write_text(text)
    began = time.perf_counter()
    assert read(file).problems
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "the file is empty"),
        (b" \r\n\n", "the file is empty"),
        (b"\xef\xbb\xbf", "the file is empty"),
        (b"# nothing yet\n", "the file holds no keys"),
        (b"a = 1\n\x00\x01", ":2: is a binary file, not TOML: NUL at byte 7"),
        (b"\x7fELF\x00", "is a binary file"),
        (b"a = 1\nb = '\xe9'\n", ":2: is not UTF-8: byte 12 is 0xE9"),
        ("version = 1".encode("utf-16"), "is UTF-16; save it as UTF-8"),
        (b"a" * (LARGEST + 1), "is too large for a campaign file: 1.0 MB"),
        (b"a = " + b"[" * 5000, "is nested too deeply"),
        (b"a = " + b"1" * 9000, "too many digits"),
    ],
)
def test_what_is_no_campaign_file_gets_one_sentence(file: Path, raw: bytes, says: str) -> None:
    file.write_bytes(raw)
    loaded = read(file)
    assert loaded.file is None
    assert len(loaded.problems) == 1
    assert says in str(loaded.problems[0])


def test_ten_megabytes_are_refused_at_once(file: Path) -> None:
    file.write_bytes(b"a = 1\n" * 1_700_000)
    began = time.perf_counter()
    assert "10.2 MB" in str(read(file).problems[0])
    assert time.perf_counter() - began < 0.5


def test_paths_that_are_no_file(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    for path, says in (
        (tmp_path, "is a folder"),
        (tmp_path / "none.toml", "there is no such file"),
        (fifo, "is not a regular file"),
        (tmp_path / ("x" * 300), "cannot be read: File name too long"),
        (tmp_path / "a\0b", "is not a file name"),
    ):
        found = read(path).problems
        assert len(found) == 1
        assert says in found[0].message


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file(file: Path) -> None:
    file.write_text(GOOD)
    file.chmod(0)
    assert "cannot be read: Permission denied" in read(file).problems[0].message


def test_byte_order_mark_and_windows_line_ends_are_fine(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert load(file).campaign.id == "spring"
    file.write_bytes(b"\xef\xbb\xbf" + changed('"HK"', "5").replace("\n", "\r\n").encode())
    assert read(file).problems[0].line == 5


def test_hostile_text_is_never_quoted_raw(file: Path) -> None:
    text = GOOD.replace('"30m"', '"\\u001b[31m\\u202e\\n' + "x" * 5000 + '"')
    text = text.replace("[errors]", '[errors]\n"\\u001b]0;x\\u0007" = 1')
    for found in problems(file, text):
        assert found.isprintable()
        assert len(found) < 400


@pytest.mark.parametrize(
    "line",
    [
        'password = "hunter2"',
        'api_key = "hunter2"',
        'dbToken = "hunter2"',
        "secret = 5",
        'url = "mssql+pymssql://sa:hunter2@db/x"',
        'url = "postgresql://:hunter2@db/x"',
        'dsn = "Server=db;Password=hunter2"',
        'options = { proxy_password = "hunter2" }',
        'hosts = ["https://a:hunter2@b"]',
    ],
)
def test_secrets_are_refused_and_never_repeated(file: Path, line: str) -> None:
    found = one(file, GOOD + line + "\n")
    assert "hunter2" not in found
    assert "environment variable" in found
    assert found.startswith(f"{GOOD.count(chr(10)) + 1}:")


@pytest.mark.parametrize(
    ("provider", "line", "says"),
    [
        ("http", 'headers = { Authorization = "Bearer x" }', '`auth = { env = "NAME" }`'),
        ("http", 'headers = { X-Api-Key_env = "A" }', '`auth = { env = "NAME", header = "X-Api-Key" }`'),
        ("http", 'query = { api_key_env = "A" }', '`auth = { env = "NAME", header = "X-Api-Key" }`'),
        ("http", 'auth = { token = "x" }', '`auth = { env = "NAME" }`'),
        ("grafana", 'url = "https://h?token=hush"', 'holds a token or a key; .*`auth = { env = "NAME" }`'),
        ("http", 'proxy = "http://u:hush@h"', "a proxy that wants a password cannot be used"),
        ("cloudwatch", 'aws_secret_access_key = "x"', '`profile = "NAME"`'),
        ("elb", 'proxy = "http://u:hush@h"', "leave proxy out and set HTTPS_PROXY"),
        ("sql", 'url = "postgresql://u:hush@h/d"', "holds a user name and a password; .*`url_env = "),
        ("sql", 'url_env = "postgresql://u:hush@h/d"', "url_env takes the name of an environment variable"),
        ("sql", 'url_file = "postgresql://u:hush@h/d"', "url_file takes the name of a file"),
        ("command", 'command = ["./a.sh", "--password=hush"]', 'holds a password; .*`pass_env = \\["NAME"\\]`'),
    ],
)
def test_the_advice_about_a_secret_is_one_the_provider_understands(
    file: Path, provider: str, line: str, says: str
) -> None:
    found = one(file, GOOD.replace('"simulated"', f'"{provider}"') + line + "\n")
    assert re.search(says, found), found
    assert "hush" not in found


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("app/scm/0123456789abcdef", True),
        ("net/scm-1/0123", True),
        ("arn:aws:elasticloadbalancing:ap-east-1:123456789012:loadbalancer/app/scm/0123", True),
        ("scm", False),
        ("scm-1.ap-east-1.elb.amazonaws.com", False),
        ("app/scm", False),
        ("arn:aws:elasticloadbalancing:ap-east-1:123456789012:targetgroup/scm/0123", False),
    ],
)
def test_a_load_balancer_is_named_as_the_end_of_its_arn(file: Path, name: str, right: bool) -> None:
    found = problems(file, GOOD + f'[[services]]\nname = "SCM"\nload_balancer = "{name}"\n')
    assert not found if right else "services[0].load_balancer" in found[0] and "app/NAME/" in found[0]


@pytest.mark.parametrize(
    ("every", "says"),
    [
        ('"1"', 'for 1 seconds write "1s"'),
        ('"900d"', 'must be at most "1d", got "900d"'),
        ('{ closed = "2d" }', 'every.closed must be at most "1d", got "2d"'),
        ("{}", "names no phase; write every = "),
        ('"0s"', 'must be longer than nothing, got "0s"'),
    ],
)
def test_a_pace_nobody_can_mean(file: Path, every: str, says: str) -> None:
    assert says in one(file, GOOD + f"every = {every}\n")


def test_names_that_point_to_secrets_are_fine(file: Path) -> None:
    assert problems(file, GOOD + 'url_env = "A"\npassword_file = "b"\ntoken_env = "C"\nurl = "sqlite:///x.db"\n') == []


def test_times_follow_the_zone_or_their_own_offset(file: Path) -> None:
    file.write_text(changed("2024-03-04T10:00:00", "2024-03-04T10:00:00+01:00"))
    first, second = load(file).campaign.products
    assert first.on_sale == datetime(2024, 3, 4, 9, tzinfo=UTC)
    assert second.on_sale == datetime(2024, 3, 4, 2, tzinfo=UTC)


def test_clock_changes(file: Path) -> None:
    berlin = GOOD.replace("Asia/Hong_Kong", "Europe/Berlin").replace("2024-03-05T17", "2024-11-05T17")
    gap = berlin.replace("2024-03-04T10:00:00", "2024-03-31T02:30:00", 1)
    assert "2024-03-31T02:30:00 does not exist in Europe/Berlin" in one(file, gap)
    file.write_text(berlin.replace("2024-03-04T10:00:00", "2024-10-27T02:30:00", 1))
    assert load(file).campaign.products[0].on_sale == datetime(2024, 10, 27, 0, 30, tzinfo=UTC)


def test_load_raises_with_every_problem(file: Path) -> None:
    file.write_text(changed('"HK"', "5").replace("stock = 200", "stock = -1"))
    with pytest.raises(ConfigError) as caught:
        load(file)
    assert len(caught.value.problems) == 2
    assert f"{file}:5:1: campaign.market: expected" in str(caught.value)


def test_where_the_file_is_looked_for(tmp_path: Path) -> None:
    here, home, other = tmp_path / "here", tmp_path / "home", tmp_path / "other.toml"
    for folder in (here, home):
        folder.mkdir()
    assert find_file(None, {}, here, home) is None
    (home / "evtui.toml").touch()
    assert find_file(None, {}, here, home) == home / "evtui.toml"
    (here / "evtui.toml").touch()
    assert find_file(None, {}, here, home) == here / "evtui.toml"
    other.touch()
    assert find_file(None, {"EVTUI_CONFIG": str(other)}, here, home) == other
    assert find_file("../home/evtui.toml", {"EVTUI_CONFIG": str(other)}, here, home) == here / "../home/evtui.toml"
    for name in ("none.toml", "", "a\0b", "x" * 5000):
        with pytest.raises(UsageError, match="--config: there is no file"):
            find_file(name, {}, here, home)
    with pytest.raises(UsageError, match="EVTUI_CONFIG"):
        find_file(None, {"EVTUI_CONFIG": "none.toml"}, here, home)


class Inner(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    column: str = "X"


class Taken(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """Settings as a provider may have them."""

    folder: str
    limit: Annotated[int, msgspec.Meta(ge=1, le=500)] = 10
    mode: Literal["fast", "slow"] = "fast"
    wait: timedelta | None = None
    names: tuple[str, ...] = ()
    columns: dict[str, str] = {}
    inner: Inner = Inner()

    def __post_init__(self) -> None:
        if self.folder == "/":
            raise ValueError("folder must not be the root")


def settings_problems(file: Path, lines: str) -> tuple[Taken | None, list[str]]:
    file.write_text(GOOD + '\n[sources.errors]\nprovider = "x"\n' + lines)
    loaded = read(file)
    assert loaded.file is not None, loaded.problems
    found, wrong = check_settings(loaded, loaded.file.sources[1], Taken)
    assert check_settings(loaded.file, loaded.file.sources[1], Taken) == (found, wrong)
    return found, [f"{item.line}:{item.column} {item.key} {item.message}" for item in wrong]


def test_settings_of_a_provider(file: Path) -> None:
    lines = 'folder = "a"\nwait = "5s"\nnames = ["b"]\ncolumns = { a = "b" }\ninner = { column = "Y" }\n'
    found, wrong = settings_problems(file, lines)
    assert wrong == []
    assert found == Taken(
        folder="a", wait=timedelta(seconds=5), names=("b",), columns={"a": "b"}, inner=Inner(column="Y")
    )


def test_settings_of_a_provider_are_judged_as_the_file_is(file: Path) -> None:
    lines = 'foldr = "a"\nlimit = 501\nmode = "quick"\nwait = "5"\nnames = [1]\n'
    lines += 'columns = { a = 1 }\ninner = { colum = "Y" }\n'
    found, wrong = settings_problems(file, lines)
    first = GOOD.count("\n") + 4
    five = 'the string "5"; for 5 seconds write "5s"'
    assert found is None
    assert wrong == [
        f'{first}:1 sources.errors.foldr unknown key; did you mean "folder"?',
        f"{first + 1}:1 sources.errors.limit expected int <= 500, got the number 501",
        f'{first + 2}:1 sources.errors.mode expected "fast" or "slow", got the string "quick"',
        f"{first + 3}:1 sources.errors.wait expected a duration such as {EXAMPLES}, got {five}",
        f"{first + 4}:10 sources.errors.names[0] expected text in quotes, got the number 1",
        f"{first + 5}:13 sources.errors.columns.a expected text in quotes, got the number 1",
        f'{first + 6}:11 sources.errors.inner.colum unknown key; did you mean "column"?',
    ]


def test_settings_that_only_the_provider_can_judge(file: Path) -> None:
    assert "folder must not be the root" in settings_problems(file, 'folder = "/"\n')[1][0]
    assert "sources.errors.folder is missing" in settings_problems(file, "")[1][0]


def test_an_unknown_provider_has_its_place_and_the_nearest_name(file: Path) -> None:
    file.write_text(GOOD + LOOKUP)
    loaded = load(file)
    line = GOOD.count("\n") + 3
    found = unknown_provider(loaded, loaded.lookups[0], ["simulated", "mysql"])
    assert (found.line, found.column, found.key) == (line, 1, "lookups.task_log.provider")
    assert found.message == 'there is no provider "sql"; did you mean "mysql"?'
    assert "there are elmah" in unknown_provider(loaded, loaded.lookups[0], ["elmah"]).message
    assert source_problem(loaded, loaded.lookups[0], "absent", "x").line == line - 1


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_damage_makes_it_raise(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    lines = GOOD.split("\n")
    for _ in range(data.draw(st.integers(1, 4))):
        index = data.draw(st.integers(0, len(lines) - 1))
        cut = data.draw(st.integers(0, len(lines[index])))
        lines[index] = lines[index][:cut] + data.draw(st.text(st.sampled_from("\"'[]{}=,.#\\1a\n-"), max_size=4))
    file = tmp_path_factory.getbasetemp() / "damaged.toml"
    file.write_text("\n".join(lines))
    loaded = read(file)
    assert (loaded.file is None) == bool(loaded.problems)
    assert all(str(item).isprintable() for item in loaded.problems)


def test_reading_loads_nothing_heavy() -> None:
    heavy = (
        "difflib",
        "evtui.config.scanner",
        "evtui.config.recover",
        "evtui.redact",
        "evtui.providers",
        "httpx",
        "click",
    )
    code = (
        "import sys; from evtui.config.load import read, example_path; assert read(example_path()).file\n"
        f"print(sorted({{*{heavy!r}, 'textual'}} & set(sys.modules)))"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout == "[]\n"
