from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from evtui.terminal.abilities import abilities
from evtui.terminal.probe import Answers
from evtui.terminal.tmux import Option, Tmux
from evtui.terminal.verdicts import Chosen, Surroundings, Verdict, encoding_ok, verdicts

FINE = Answers(True, 1, 2, 2, (0, 0, 0), "XTerm(388)", True, (64,))
ENVIRON = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}


def seen(answers: Answers = FINE, size: tuple[int, int] | None = (80, 24), **environ: str) -> Surroundings:
    given = ENVIRON | environ
    return Surroundings(given, size, abilities(given, "utf-8"), answers, "", None)


def named(surroundings: Surroundings, name: str) -> Verdict:
    (verdict,) = [each for each in verdicts(surroundings) if each.name == name]
    return verdict


def test_a_good_terminal_needs_nothing() -> None:
    assert [each for each in verdicts(seen()) if each.fix] == []


@pytest.mark.parametrize(
    ("surroundings", "name", "fix"),
    [
        (seen(size=(79, 24)), "size", "80x24"),
        (seen(size=(80, 23)), "size", "80x24"),
        (seen(replace(FINE, utf8=False)), "encoding", "UTF-8"),
        (seen(replace(FINE, utf8=False), TERM="putty"), "encoding", "Translation"),
        (seen(LC_ALL="zh_TW.Big5"), "encoding", "LC_ALL=zh_TW.UTF-8"),
        (seen(replace(FINE, utf8=None), LC_ALL="zh_TW.Big5"), "encoding", "LC_ALL=zh_TW.UTF-8"),
        (seen(replace(FINE, wide=1)), "Chinese", "-u"),
        (seen(TERM=""), "colours", "TERM=xterm-256color"),
        (seen(TMUX="/s,1,0"), "inside of", "PATH"),
    ],
)
def test_what_has_to_be_put_right(surroundings: Surroundings, name: str, fix: str) -> None:
    verdict = named(surroundings, name)
    assert verdict.must
    assert fix in verdict.fix
    assert [each.name for each in verdicts(surroundings) if each.must] == [name]


@pytest.mark.parametrize(
    ("surroundings", "name", "fix"),
    [
        (seen(replace(FINE, ambiguous=2)), "ambiguous", "ASCII"),
        (seen(replace(FINE, ambiguous=None)), "ambiguous", "ambiguous_width = 2"),
        (seen(replace(FINE, emoji=1)), "emoji", "emoji"),
        (seen(replace(FINE, background=None)), "background", "theme"),
        (seen(COLORTERM=""), "colours", "COLORTERM=truecolor"),
        (seen(COLORTERM="", TERM="xterm"), "colours", "TERM=xterm-256color"),
        (seen(COLORTERM="", TERM="vt100"), "colours", "TERM=xterm-256color"),
        (seen(replace(FINE, utf8=None), LANG=""), "encoding", "LANG=C.UTF-8"),
        (seen(replace(FINE, version="tmux 3.4")), "inside of", "set-clipboard on"),
    ],
)
def test_what_could_be_better(surroundings: Surroundings, name: str, fix: str) -> None:
    verdict = named(surroundings, name)
    assert not verdict.must
    assert fix in verdict.fix
    assert [each.name for each in verdicts(surroundings) if each.fix] == [name]


@pytest.mark.parametrize("environ", [{"NO_COLOR": "1"}, {"TERM": "linux"}, {"COLORFGBG": "0;15"}])
def test_what_is_as_it_is_meant_to_be(environ: dict[str, str]) -> None:
    assert [each for each in verdicts(seen(FINE, (80, 24), **environ)) if each.fix] == []


def test_what_the_user_has_chosen_is_no_question_any_more() -> None:
    silent = seen(Answers(), COLORTERM="")
    asked = {each.name for each in verdicts(silent) if each.fix}
    assert asked == {"colours", "ambiguous", "background"}
    chosen = replace(silent, chosen=Chosen(1, theme=True, colours=True))
    assert [each for each in verdicts(chosen) if each.fix] == []


def test_a_chosen_width_that_is_not_the_terminal_s_has_to_be_put_right() -> None:
    verdict = named(replace(seen(), chosen=Chosen(2)), "ambiguous")
    assert verdict.must
    assert "ambiguous_width = 2" in verdict.fix
    assert not named(replace(seen(), chosen=Chosen(1)), "ambiguous").fix


def test_the_terminal_is_believed_before_the_environment() -> None:
    assert named(seen(COLORFGBG="0;15"), "background").found.startswith("dark")
    assert not encoding_ok(seen(replace(FINE, utf8=False)))
    assert encoding_ok(seen(LC_ALL="zh_TW.Big5"))
    assert not encoding_ok(seen(replace(FINE, utf8=None), LC_ALL="zh_TW.Big5"))


def test_findings_about_tmux_come_with_their_lines() -> None:
    tmux = Tmux("3.4", "xterm", ("clipboard", "RGB"), (Option("escape-time", "500"),), "")
    told = [each for each in verdicts(replace(seen(TMUX="/s,1,0"), tmux=tmux)) if each.fix]
    assert [each.fix for each in told] == ["in ~/.tmux.conf: set -s escape-time 10"]


@given(st.text(), st.text(), st.sampled_from([None, (80, 24), (1, 1)]))
def test_who_was_not_asked_is_not_called_wrong(term: str, language: str, size: tuple[int, int] | None) -> None:
    environ = {"TERM": term, "LANG": language}
    silent = Surroundings(environ, size, abilities(environ, "utf-8"), Answers(), "there is no terminal", None)
    for verdict in verdicts(silent):
        assert verdict.found
        assert verdict.why
        if verdict.name in ("ambiguous", "Chinese", "emoji", "terminal"):
            assert (verdict.found, verdict.must) == ("unknown", False)
            assert "not asked" in verdict.why
