"""Whatever the platform does between polls: every line's last version arrives, and no version arrives twice."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from sql_shop import Shopfront, Watch

from evtui.domain.orders import OrderLine
from evtui.providers.sql_rows import _PLAIN_CODE, _code
from evtui.redact import admit

OVERLAP = 5

# (line, seconds the commit is late, wall seconds that pass, whether UpdatedDateTime is set, whether a poll follows)
STEPS = st.lists(
    st.tuples(
        st.integers(1, 12),
        st.floats(0, OVERLAP - 1.5).map(lambda late: round(late, 3)),
        st.sampled_from([0.0, 0.0, 0.4, 3.0, 40.0]),
        st.booleans(),
        st.booleans(),
    ),
    max_size=25,
)


@settings(max_examples=25, deadline=None)
@given(STEPS, st.integers(1, 6))
def test_every_last_version_arrives_and_none_twice(
    steps: list[tuple[int, float, float, bool, bool]], batch_rows: int
) -> None:
    with TemporaryDirectory() as folder:
        asyncio.run(_replay(Shopfront(f"sqlite:///{Path(folder, 'shop.db')}"), steps, batch_rows))


async def _replay(shopfront: Shopfront, steps: list[tuple[int, float, float, bool, bool]], batch_rows: int) -> None:
    watch = Watch(shopfront, overlap=OVERLAP, batch_rows=batch_rows)
    latest: dict[int, int] = {}
    seen: list[OrderLine] = []
    now = 60.0
    for version, (number, late, passes, stamped, polls) in enumerate(steps, start=1):
        now += passes
        watch.clock.advance(timedelta(seconds=passes))
        if number in latest:
            shopfront.update(number, now - late, quantity=version)
        else:
            shopfront.order(number, now - late, quantity=version, **({} if stamped else {"updated": None}))
        latest[number] = version
        if polls:
            seen += await watch.lines()
    seen += await watch.lines()
    assert await watch.lines() == ()
    delivered = {int(line.ts_code[-6:]): line.quantity for line in seen}
    assert delivered == latest
    assert len({(line.ts_code, line.quantity) for line in seen}) == len(seen)
    shopfront.close()


@given(st.from_regex(_PLAIN_CODE, fullmatch=True))
def test_codes_that_go_round_the_cleaning_are_what_it_leaves_alone(code: str) -> None:
    assert admit(code) == code


@given(st.text() | st.none() | st.integers())
def test_every_other_code_is_cleaned(raw: object) -> None:
    assert _code(raw) == admit(raw.strip(" ") if isinstance(raw, str) else raw)
