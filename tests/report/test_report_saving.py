"""Reports kept as files."""

from __future__ import annotations

import os
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from launches import CAMPAIGN, NOW, OPENS

from evtui.errors import UsageError
from evtui.report.model import Format
from evtui.report.save import default_path, keep, save


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("evtui.report.save.data_dir", lambda: tmp_path / "data")
    return tmp_path / "data"


def test_the_name_carries_campaign_day_and_local_time(data: Path) -> None:
    assert default_path(CAMPAIGN, NOW) == data / "reports" / "report-cuapp-cny-2024-day1-20240125-1030.txt"
    later = NOW + timedelta(days=15, hours=14)
    assert default_path(CAMPAIGN, later, Format.MARKDOWN).name == "report-cuapp-cny-2024-day17-20240210-0030.md"
    assert default_path(CAMPAIGN, OPENS - timedelta(days=3)).name == "report-cuapp-cny-2024-day0-20240122-1000.txt"


def test_folders_are_made_and_bytes_are_the_texts_own(data: Path) -> None:
    path = keep("無特殊錯誤\n", default_path(CAMPAIGN, NOW))
    assert path.read_bytes() == "無特殊錯誤\n".encode()
    assert os.listdir(path.parent) == [path.name]


def test_saving_again_replaces_and_keeps_the_mode(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    path.write_text("old and longer")
    path.chmod(0o644)
    save("new\n", path)
    assert path.read_text() == "new\n"
    assert path.stat().st_mode & 0o777 == 0o644


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_text("old")
    (tmp_path / "link.txt").symlink_to(tmp_path / "real.txt")
    save("new\n", tmp_path / "link.txt")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real.txt").read_text() == "new\n"


def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    save("through\n", pipe)
    reader.join(5)
    assert read == ["through\n"]
    assert pipe.is_fifo()


@pytest.mark.parametrize("place", ["file.txt/below/out.txt", "folder"])
def test_what_cannot_be_written_is_one_sentence_and_leaves_nothing(tmp_path: Path, place: str) -> None:
    (tmp_path / "file.txt").write_text("x")
    (tmp_path / "folder").mkdir()
    with pytest.raises(UsageError, match="cannot be written to"):
        save("text\n", tmp_path / place)
    assert sorted(os.listdir(tmp_path)) == ["file.txt", "folder"]


def test_keeping_loses_no_earlier_report(tmp_path: Path) -> None:
    path = tmp_path / "report.txt"
    names = [keep(text, path).name for text in ("one\n", "two\n", "one\n", "three\n", "two\n")]
    assert names == ["report.txt", "report-2.txt", "report.txt", "report-3.txt", "report-2.txt"]


def test_a_folder_that_is_not_there_is_not_made_for_a_path_that_was_typed(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file or directory"):
        save("text\n", tmp_path / "mistyped" / "report.txt")
    assert list(tmp_path.iterdir()) == []
