"""The user's own screen settings: defaults, every setting, and every problem at its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evtui.config.screen import (
    FILE_NAME,
    KEY_WORDS,
    VARIABLE,
    LoadedScreen,
    ScreenFile,
    ScreenSettings,
    find_screen,
    load_screen,
    read_screen,
)
from evtui.errors import ConfigError, Exit, UsageError

EVERYTHING = """
colours = "256"
theme = "safe"
graphs = "block"
borders = "ascii"
ambiguous_width = 2
mouse = false
density = "compact"
time_zone = "utc"
links = false
bell = true

[keys]
quit = "Q"
next = ["n", "down", "f12", "券", "?"]
mark = []
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / FILE_NAME


def found(file: Path, text: str) -> LoadedScreen:
    file.write_text(text, encoding="utf-8")
    return read_screen(file)


def settings(file: Path, text: str) -> ScreenSettings:
    """The settings of a text that is right."""
    loaded = found(file, text)
    assert (loaded.problems, loaded.name) == ((), str(file))
    assert loaded.file is not None
    assert loaded.file.path == file
    return loaded.file.settings


def problems(file: Path, text: str) -> list[str]:
    """The problems of a text, each as `line:column: key: message`."""
    loaded = found(file, text)
    assert loaded.file is None
    assert all(str(problem).startswith(f"{file}:") for problem in loaded.problems)
    return [str(problem).removeprefix(f"{file}:") for problem in loaded.problems]


def test_no_file_is_all_defaults(tmp_path: Path) -> None:
    assert load_screen({}, tmp_path) == ScreenFile(None, ScreenSettings())
    chosen = ScreenSettings()
    assert (chosen.colours, chosen.ambiguous_width, chosen.mouse, chosen.keys) == ("auto", "auto", True, {})


@pytest.mark.parametrize("text", ["", " \n\n", "# nothing chosen\n", "[keys]\n"])
def test_a_file_that_says_nothing_is_all_defaults_too(file: Path, text: str) -> None:
    assert settings(file, text) == ScreenSettings()


def test_every_setting(file: Path) -> None:
    assert settings(file, EVERYTHING) == ScreenSettings(
        colours="256",
        theme="safe",
        graphs="block",
        borders="ascii",
        ambiguous_width=2,
        mouse=False,
        density="compact",
        time_zone="utc",
        links=False,
        bell=True,
        keys={"quit": ("Q",), "next": ("n", "down", "f12", "券", "?"), "mark": ()},
    )


def test_every_problem_is_told_at_once_with_its_place(file: Path) -> None:
    text = """colour = "256"
theme = "drak"
mouse = "false"
ambiguous_width = 3
bell = 1

[keys]
quit = "ctrl+q"
open = ["enter", "entr", "ａ", 5, "x", "x"]
zoom = { a = 1 }
"""
    key = 'expected a character such as "x", or a word such as "enter", "esc", "pageup" or "f5", got'
    assert problems(file, text) == [
        '1:1: colour: unknown key; did you mean "colours"?',
        '2:1: theme: expected "auto", "terminal", "dark", "light", "safe" or "mono", got the string "drak"',
        '3:1: mouse: expected true or false, got the string "false"; write false without quotes',
        '4:1: ambiguous_width: expected "auto", 1 or 2, got the number 3',
        "5:1: bell: expected true or false, got the number 1",
        f'8:1: keys.quit: {key} the string "ctrl+q"; keys with Ctrl, Alt or Shift held are the terminal\'s own',
        f'9:18: keys.open[1]: {key} the string "entr"; did you mean "enter"?',
        f'9:26: keys.open[2]: {key} the string "ａ"; write "a"',
        f"9:31: keys.open[3]: {key} the number 5",
        '9:39: keys.open[5]: the key "x" is there twice',
        f"10:1: keys.zoom: {key} a table",
    ]


@pytest.mark.parametrize(
    ("value", "instead"),
    [
        ("escape", 'did you mean "esc"?'),
        ("Enter", 'did you mean "enter"?'),
        ("PgUp", 'did you mean "pageup"?'),
        (" ", 'write "space"'),
        ("alt-x", "keys with Ctrl, Alt or Shift held are the terminal's own"),
        ("^x", "keys with Ctrl, Alt or Shift held are the terminal's own"),
    ],
)
def test_a_key_that_is_called_otherwise(file: Path, value: str, instead: str) -> None:
    (problem,) = problems(file, f'[keys]\nhelp = "{value}"\n')
    assert problem.endswith(f"; {instead}")


@pytest.mark.parametrize("value", ['""', '"zz"', '"\\u0301"', '"\\u001b"', '"\\u200b"', "1.5", "true", "[[]]"])
def test_what_no_key_types(file: Path, value: str) -> None:
    (problem,) = problems(file, f"[keys]\nhelp = {value}\n")
    assert "\x1b" not in problem
    assert problem.startswith("2:")


def test_the_table_of_keys_is_a_table(file: Path) -> None:
    assert problems(file, 'keys = "q"\n') == [
        '1:1: keys: expected a table of actions and their keys, got the string "q"'
    ]


def test_mistakes_of_syntax_come_with_the_rest(file: Path) -> None:
    said = problems(file, 'theme = "dark\nmouse = maybe\nbel = true\n')
    assert [line.split(":")[0] for line in said] == ["1", "2", "3"]
    assert said[2] == '3:1: bel: unknown key; did you mean "bell"?'


def test_whoever_knows_the_actions_can_point_at_an_entry(file: Path) -> None:
    text = '[keys]\nquit = "Q"\n"next" = ["n",\n  "down"]\n'
    loaded = found(file, text).file
    assert loaded is not None
    assert str(loaded.key_problem("quit", "no such action")) == f"{file}:2:1: keys.quit: no such action"
    assert str(loaded.key_problem("next", "taken", 1)) == f"{file}:4:3: keys.next[1]: taken"
    nowhere = loaded.key_problem("next", "taken", 7)
    assert (nowhere.line, nowhere.column) == (3, 1)


def test_the_variable_names_another_file(tmp_path: Path) -> None:
    own, other = tmp_path / FILE_NAME, tmp_path / "other.toml"
    own.write_text('theme = "dark"\n')
    other.write_text('theme = "light"\n')
    assert load_screen({}, tmp_path).settings.theme == "dark"
    assert load_screen({VARIABLE: ""}, tmp_path).settings.theme == "dark"
    assert load_screen({VARIABLE: str(other)}, tmp_path).settings.theme == "light"


@pytest.mark.parametrize("name", ["gone.toml", "no\0file", "x" * 5_000])
def test_a_file_that_is_named_has_to_be_there(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=r"^\$EVTUI_SCREEN: there is no file "):
        find_screen({VARIABLE: name}, tmp_path)


def test_a_wrong_file_ends_the_program_with_all_its_problems(file: Path) -> None:
    file.write_text('theme = 1\nbell = "x"\n')
    with pytest.raises(ConfigError) as raised:
        load_screen({}, file.parent)
    assert raised.value.exit_code is Exit.USAGE
    assert [problem.key for problem in raised.value.problems] == ["theme", "bell"]


def test_what_is_no_file_is_a_problem(tmp_path: Path) -> None:
    (problem,) = read_screen(tmp_path).problems
    assert problem.message == "is a folder; name the file of screen settings in it"


def test_the_example_of_the_readme_is_the_defaults(file: Path) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    example = readme[readme.index("colours = ") :].partition("```")[0]
    chosen = settings(file, example)
    assert chosen == ScreenSettings(keys=chosen.keys)
    assert chosen.keys
    assert all(f"\n{name} = " in f"\n{example}" for name in ScreenSettings.__struct_fields__ if name != "keys")


TOML = st.one_of(st.text(max_size=8), st.integers(-5, 300), st.booleans(), st.lists(st.text(max_size=3), max_size=3))


@given(st.dictionaries(st.sampled_from([*ScreenSettings.__struct_fields__, "thme", "x"]), TOML, max_size=5))
def test_any_file_is_settings_or_problems(tmp_path_factory: pytest.TempPathFactory, tree: dict[str, Any]) -> None:
    folder = tmp_path_factory.getbasetemp()
    loaded = found(folder / "any.toml", "".join(f"{name} = {_toml(value)}\n" for name, value in tree.items()))
    assert (loaded.file is None) == bool(loaded.problems)
    assert all(problem.line is not None and problem.column is not None for problem in loaded.problems)
    if loaded.file is not None:
        assert all(getattr(loaded.file.settings, name) == value for name, value in tree.items())


@given(st.dictionaries(st.text("abc_", min_size=1), st.lists(st.sampled_from([*KEY_WORDS, *"azAZ?:/券"]), unique=True)))
def test_keys_are_kept_as_they_are_named(tmp_path_factory: pytest.TempPathFactory, keys: dict[str, list[str]]) -> None:
    text = "".join(f"{action} = {_toml(named)}\n" for action, named in keys.items())
    assert settings(tmp_path_factory.getbasetemp() / "keys.toml", f"[keys]\n{text}").keys == {
        action: tuple(named) for action, named in keys.items()
    }


def _toml(value: object) -> str:
    if isinstance(value, str):
        return '"' + "".join(f"\\U{ord(char):08X}" for char in value) + '"'
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return str(value).lower()
