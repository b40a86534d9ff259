"""A campaign file of a thousand products: read at once, and what is found in it stays readable."""

from __future__ import annotations

import time
from pathlib import Path

from campaign_text import GOOD

from evtui.commands.check import run_offline
from evtui.config.lint import file_findings
from evtui.config.load import load
from evtui.text import LISTED, listed

COUNT = 1_000
PRODUCT = """
[[products]]
page_id = {page}
name = "voucher {page}"
label = "label {label}"
on_sale = 2024-03-04T10:00:00
off_sale = 2024-03-05T16:59:00
"""


def many(tmp_path: Path, extra: str = "") -> Path:
    """A good file with a thousand more products, of which nobody said stock or price; two of each label."""
    file = tmp_path / "launch.toml"
    products = (PRODUCT.format(page=500_000 + number, label=number // 2) for number in range(COUNT))
    file.write_text(GOOD + "".join(products) + extra, encoding="utf-8")
    return file


def test_findings_about_a_thousand_products_are_a_few_short_lines(tmp_path: Path) -> None:
    output = run_offline(many(tmp_path), as_json=False)
    lines = output.text.splitlines()
    assert len(lines) < 20
    assert max(map(len, lines)) < 400
    assert "label 0, label 0, label 1, label 1, label 2, label 2, label 3, label 3 and 992 more" in output.text
    assert "and 1,992 more" in output.text
    # a program still gets every key
    by_id = {finding.id: finding for finding in file_findings(load(many(tmp_path)))}
    assert len(by_id["F-26"].key.split(", ")) == 2 * COUNT


def test_a_thousand_mistakes_are_all_told_with_their_lines(tmp_path: Path) -> None:
    file = many(tmp_path)
    file.write_text(file.read_text(encoding="utf-8").replace("on_sale = 2024-03-04T10:00:00\noff", "on_sal = 1\noff"))
    lines = run_offline(file, as_json=False).text.splitlines()
    told = [line for line in lines if "on_sal: unknown key" in line]
    assert len(told) >= COUNT
    assert len({line.split(":")[1] for line in told}) == len(told)


def test_ten_times_the_products_take_about_ten_times_as_long(tmp_path: Path) -> None:
    text = many(tmp_path).read_text(encoding="utf-8")
    few = tmp_path / "few.toml"
    few.write_text(text[: text.index("page_id = 500100") - len("\n[[products]]\n")] + "\n", encoding="utf-8")
    took = []
    for file in (few, many(tmp_path)):
        began = time.process_time()
        load(file)
        took.append(time.process_time() - began)
    assert took[1] < 40 * took[0]


def test_short_lists_are_told_in_full() -> None:
    words = [str(number) for number in range(LISTED + 1)]
    assert listed(words[:LISTED]) == ", ".join(words[:LISTED])
    assert listed(words) == ", ".join(words[:LISTED]) + " and 1 more"
    assert listed([]) == ""
