"""The pictures of the README are what the program draws today."""

from __future__ import annotations

from pathlib import Path

import pytest
from pictures import FOLDER, PICTURES, Picture, draw


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
async def test_a_picture_is_what_the_demo_draws(
    picture: Picture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))

    svg = await draw(picture)

    assert svg == (FOLDER / f"{picture.name}.svg").read_text(), "the screen has changed: look at it, then `make shots`"


def test_every_picture_in_the_folder_is_drawn_by_the_test() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == {picture.name for picture in PICTURES}
