"""A package that offers a provider: really built, installed and used; beside it a broken one and one switched off."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from plugin_folder import GOOD, Plugins
from program import Ran, environment

from evtui.config.load import example_path

SOURCE = Path(__file__).with_name("evtui-queue-depth")
HEAD = example_path().read_text(encoding="utf-8").partition("# --- Sources: what is polled")[0]
SOURCES = """
[sources.charts]
provider = "queue-depth"
file = "depth.json"
above = 500.0

[sources.cpu]
provider = "broken"
anything = [1, 2]

[sources.capacity]
provider = "marked"
enabled = false

[sources.stock]
provider = "simulated"
"""
MARKS = """
import os, pathlib
pathlib.Path(os.environ["MARKER"]).write_text("imported")
"""


LOUD = (
    GOOD.replace("        return cls()", "        shout('opened')\n        return cls()").replace(
        "        return Answer(",
        "        shout('asked')\n        await asyncio.to_thread(shout, 'threaded')\n        return Answer(",
    )
    + """

import asyncio, sys

def shout(what):
    print("loud \\x1b[31m", what, "漢")
    sys.stdout.buffer.write(b"raw \\x1b[2J\\n")

shout("imported")
"""
)


def pip(*words: str) -> None:
    command = [sys.executable, "-m", "pip", "--isolated", "--disable-pip-version-check", "--no-input", *words]
    subprocess.run(command, check=True, capture_output=True, timeout=120)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the packages installed: built by their own build backend, without a network."""
    folder = tmp_path_factory.mktemp("plugins")
    shutil.copytree(SOURCE, folder / "source", ignore=shutil.ignore_patterns("__pycache__"))
    quiet = ("--no-index", "--no-deps")
    pip("wheel", *quiet, "--no-build-isolation", "--wheel-dir", str(folder / "wheels"), str(folder / "source"))
    wheels = [path.name for path in (folder / "wheels").iterdir()]
    assert wheels == ["evtui_queue_depth-0.3.0-py3-none-any.whl"]
    pip("install", *quiet, "--target", str(folder / "site"), str(folder / "wheels" / wheels[0]))
    others = Plugins(folder / "site")
    others.add("broken", "raise SystemExit('\x1b[2Jnever')\n")
    others.add("marked", MARKS)
    others.add("loud", LOUD)
    return folder / "site"


class User:
    """Somebody who has these packages, and a campaign file that names them."""

    def __init__(self, home: Path, site: Path) -> None:
        self.folder = home
        self.marker = home / "marker"
        self.environ = environment(home, {"PYTHONPATH": str(site), "MARKER": str(self.marker)})
        self.write(SOURCES)
        now = datetime.now(UTC).replace(second=0, microsecond=0)
        depth = [[(now - timedelta(minutes=ago)).isoformat(), 100 + ago] for ago in (3, 2, 1)]
        (home / "depth.json").write_text(json.dumps({"queue": "issue-vouchers", "depth": depth}), encoding="utf-8")

    def write(self, sources: str) -> None:
        (self.folder / "evtui.toml").write_text(HEAD + sources, encoding="utf-8")

    def __call__(self, *words: str) -> Ran:
        done = subprocess.run(
            [sys.executable, "-m", "evtui", *words],
            cwd=self.folder,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
            check=False,
        )
        return Ran(done.returncode, done.stdout.decode(), done.stderr.decode()).sound()


@pytest.fixture
def user(tmp_path: Path, site: Path) -> User:
    return User(tmp_path, site)


def test_the_preflight_asks_the_plug_in_and_names_the_broken_one(user: User) -> None:
    ran = user("check", "--json")
    answer = json.loads(ran.out)
    assert (ran.code, answer["problems"]) == (1, [])
    charts, cpu, stock = answer["sources"]
    assert (charts["provider"], charts["state"], charts["told"]) == ("queue-depth", "ok", "1 chart")
    assert (stock["name"], stock["state"]) == ("stock", "ok")
    why = 'the plug-in "broken" of the package broken-package 1.0 cannot be loaded: it ends the program'
    assert (cpu["state"], cpu["shape"], cpu["why"]) == ("down", False, why)
    found = [finding for finding in answer["findings"] if finding["id"] == "P-01"]
    assert [(each["severity"], each["key"]) for each in found] == [("A", "sources.cpu.provider")]
    assert why in found[0]["detail"]
    assert not user.marker.exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("check", "--json"), ("imported", "opened", "asked", "threaded")),
        (("check", "--offline", "--json"), ("imported", "opened")),
        (("report", "--format", "json"), ("imported", "opened", "asked", "threaded")),
    ],
)
def test_what_a_plug_in_prints_is_talk_and_spoils_no_data(
    user: User, words: tuple[str, ...], said: tuple[str, ...]
) -> None:
    user.write('[sources.charts]\nprovider = "loud"\n')
    ran = user(*words)
    assert json.loads(ran.out)
    assert "漢" not in ran.out
    for word in said:
        assert f"evtui: a provider printed: loud ␛[31m {word} 漢\n" in ran.err
    assert "evtui: a provider printed: raw ␛[2J\n" in ran.err


def test_what_a_plug_in_prints_spoils_no_lines_either(user: User) -> None:
    user.write('[sources.charts]\nprovider = "loud"\n')
    ran = user("check")
    assert "漢" not in ran.out
    assert " asked 漢" in ran.err


def test_the_screen_goes_on_and_says_which_plug_in_is_broken(user: User) -> None:
    ran = user()
    assert (ran.code, ran.err) == (0, "")
    assert 'the plug-in "broken"' in ran.out
    report = user("report", "--format", "json")
    assert report.code == 0
    sources = {source["name"]: source for source in json.loads(report.out)["sources"]}
    assert sources["charts"]["state"] == "ok"
    assert "broken-package 1.0" in sources["cpu"]["why"]
    assert not user.marker.exists()
    assert not (user.folder / "xdg_config_home").exists()


def test_typed_settings_are_judged_with_their_place(user: User) -> None:
    user.write(SOURCES.replace("above = 500.0", 'above = "many"\nfiel = "x"'))
    ran = user("check", "--offline")
    assert ran.code == 2
    problems = [line for line in ran.out.splitlines() if line.startswith("evtui.toml:") or "/evtui.toml:" in line]
    assert len(problems) == 3
    assert 'sources.charts.above: expected a number, got the string "many"' in problems[0]
    assert 'sources.charts.fiel: unknown key; did you mean "file"?' in problems[1]
    user.write(SOURCES.replace('file = "depth.json"', 'file = " "'))
    ran = user("report")
    assert (ran.code, ran.out) == (2, "")
    assert "sources.charts.file is empty: write the path of the JSON file" in ran.err


def test_a_name_with_a_slip_of_the_pen_is_a_problem_of_the_file(user: User) -> None:
    user.write(SOURCES.replace('"queue-depth"', '"queue-dpeth"'))
    ran = user("check", "--offline")
    assert ran.code == 2
    assert 'there is no provider "queue-dpeth"; did you mean "queue-depth"?' in ran.out
    assert not user.marker.exists()
