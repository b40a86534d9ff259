"""Values behind keys: where a value ends, and what is no key."""

from __future__ import annotations

import pytest

from evtui.fields import MASK, mask_elements, mask_fields


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("password=hunter2&page=3", f"password={MASK}&page=3"),
        ('{"CellPhone":"91234567","Qty":2}', f'{{"CellPhone":"{MASK}","Qty":2}}'),
        ("密碼：開門 三號", f"密碼：{MASK}"),
        ("Cookie: a=b; c=d\nnext line", f"Cookie: {MASK}\nnext line"),
        ("page=370478&sku=3704781", "page=370478&sku=3704781"),
        ("at 10:02:26: done", "at 10:02:26: done"),
    ],
)
def test_a_value_goes_and_what_follows_stays(text: str, masked: str) -> None:
    assert mask_fields(text) == masked


def test_elements_named_for_a_secret_are_emptied() -> None:
    assert mask_elements("<Password>a b</Password><Page>3</Page>") == f"<Password>{MASK}</Password><Page>3</Page>"
