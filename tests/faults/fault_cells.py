"""What each fault is to look like on the screen: one row a fault, one column a kind of source.

Left out, because it cannot be or says nothing new there:
    faults of the wire at tables, folders and programs    nothing is sent over one (a database server: see its tests)
    AWS's own refusals at plain HTTP                      401, 403 and 429 are what is said there
    partial data anywhere but at CloudWatch               nobody else answers half a question with a status of success
    an expiring token between two questions of one poll   at autoscaling only the first has to be answered
    a folder or a program that may not be read            is no fault to root, who runs many a test
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import aws_faults as aws
import wire_faults as wire
from fault_proxy import Fault
from fault_site import GOOD_SCRIPT, NAME_HANGS, Site, Trouble
from launch_site import MINUTE, OPENS
from msgspec import Struct

from evtui.domain.reading import FailureKind

AUTH, DOWN, DATA = FailureKind.AUTH, FailureKind.DOWN, FailureKind.DATA

QTY = "OrderSlaveFlow_Qty"
CODE = "OrderSlaveFlow_TradesOrderSlaveCode"

SKEW = timedelta(seconds=90)


class Cell(Struct, frozen=True):
    """One fault at one source: how the source counts then, and the words a person reads."""

    fault: Fault | Trouble | Callable[[Callable[[], datetime]], Fault]
    """Or made from the clock of the test."""
    kind: FailureKind | None = None
    """None: nothing is wrong with the figures."""
    words: str = ""
    """A pattern in the reason, or in the remark where the source is well."""
    skewed: bool = False
    """Whether the last exchange shows the server's clock to be off."""

    def at(self, now: Callable[[], datetime]) -> Fault | Trouble:
        """The fault, by the clock of the test."""
        return self.fault if isinstance(self.fault, Fault | Trouble) else self.fault(now)


def busy_until(now: Callable[[], datetime]) -> Fault:
    """Until a second after the minute that passes when something fails."""
    return wire.busy_until(now() + timedelta(seconds=61))


def clock_off(now: Callable[[], datetime]) -> Fault:
    return wire.skewed(now, SKEW)


def over_http(who: str, unreadable: str) -> tuple[Cell, ...]:
    """The cells of a source over HTTP that shows a token; `unreadable`: what it says of wrong types."""
    login = "its secret is from the variable FAULTS_TOKEN"
    slow = "did not (come to the end of|answer in time)"
    cells = (
        (wire.REFUSED, DOWN, "refuses the connection: nothing listens there"),
        (wire.RESET, DOWN, "broke off the connection"),
        (NAME_HANGS, DOWN, r"did not come to the end of looking up its name in 0\.2"),
        (wire.STRANGE_CERTIFICATE, DOWN, "shows a certificate that is not to be trusted: self-signed"),
        (wire.PLAIN_ON_TLS, DOWN, "does not speak TLS on this port"),
        (wire.SILENT, DOWN, slow),
        (wire.HALF, DOWN, slow),
        (wire.TRICKLING, DOWN, slow),
        (wire.UNAUTHORISED, AUTH, rf"does not know who asks \(401\): invalid token; {login}"),
        (wire.FORBIDDEN, AUTH, rf"refuses access \(403\): not for you; {login}"),
        (wire.LOGIN, AUTH, rf"sends to a login page, sso\.invalid/login \(302\); {login}"),
        (wire.BUSY, DOWN, r"was asked too often \(429\): slow down"),
        (wire.busy_for(1), DOWN, r"was asked too often \(429\) and asks to be left alone for 1 s"),
        (busy_until, DOWN, r"was asked too often \(429\) and asks to be left alone for [01] s"),
        (wire.BROKEN, DOWN, "answered 500: null reference"),
        (wire.UNAVAILABLE, DOWN, "answered 503"),
        (wire.CAPTIVE, DATA, r"answered with a page instead of JSON \(captive portal\?\)"),
        (wire.EMPTY, DATA, "answered 200 with nothing in it"),
        (wire.TRUNCATED, DOWN, "broke off in the middle of its answer"),
        (wire.HUGE, DATA, "sent more than 5 MB, which was cut off"),
        (wire.WRONG_TYPES, DATA, unreadable),
    )
    told = tuple(Cell(fault, kind, rf"^{who} at \S+ {words}") for fault, kind, words in cells)
    return (*told, Cell(wire.EXTRA_FIELDS), Cell(clock_off, skewed=True))


def over_aws(*own: Cell, unreadable: str) -> tuple[Cell, ...]:
    """The cells of a source on AWS; `own`: those that only it has, `unreadable`: what it says of wrong types."""
    cells = (
        (wire.REFUSED, DOWN, r"^HOST cannot be reached"),
        (wire.RESET, DOWN, r"^HOST broke off before its answer was complete"),
        (NAME_HANGS, DOWN, r"^no answer within|hang and do not end"),
        (wire.STRANGE_CERTIFICATE, DOWN, r"^the certificate of HOST is not trusted.*self.signed"),
        (wire.PLAIN_ON_TLS, DOWN, r"^HOST does not speak TLS on this port"),
        (wire.SILENT, DOWN, r"^HOST did not answer in time"),
        (wire.HALF, DOWN, r"^HOST did not answer in time"),
        (wire.TRICKLING, DOWN, r"^HOST sends too slowly"),
        (wire.UNAUTHORISED, AUTH, r"^HOST refused environment: .*401"),
        (wire.FORBIDDEN, AUTH, r"^HOST refused environment: .*403"),
        (wire.LOGIN, DATA, r"^HOST answered with something that is not AWS: HTTP 302"),
        (wire.BUSY, DOWN, r"^AWS throttles \S+: too many questions"),
        (wire.busy_for(1), DOWN, r"^AWS throttles \S+: too many questions"),
        (busy_until, DOWN, r"^AWS throttles \S+: too many questions"),
        (wire.BROKEN, DOWN, r"500"),
        (wire.UNAVAILABLE, DOWN, r"503"),
        (wire.CAPTIVE, DATA, r"^HOST answered with something that is not AWS: HTTP 200, a web page"),
        (
            wire.EMPTY,
            DATA,
            r"^HOST answered with something that is not AWS|^CloudWatch answered GetMetricData without results",
        ),
        (wire.TRUNCATED, DOWN, r"^HOST broke off before its answer was complete"),
        (wire.HUGE, DOWN, r"^HOST sent more than 16 MB for one answer|^HOST sends too slowly: [0-9,]{9,} bytes"),
        (aws.EXPIRED, AUTH, "^the login of environment has expired"),
        (aws.DENIED, AUTH, r"^environment is not allowed to \S+:\S+"),
        (aws.BAD_KEY, AUTH, "^AWS does not know the access key of environment"),
        (aws.THROTTLED, DOWN, r"^AWS throttles \S+: too many questions"),
        (aws.skewed_signature(SKEW), AUTH, "the clock of this machine is 90 s behind that of AWS"),
        (aws.WRONG_TYPES, DATA, unreadable),
    )
    told = tuple(Cell(fault, kind, words.replace("HOST", HOST)) for fault, kind, words in cells)
    return (*told, Cell(aws.EXTRA_FIELDS), Cell(clock_off, skewed=True), *own)


NOT_AWS = r"^HOST answered with something that is not AWS: \w+ cannot be read"

HOST = r"\w+\.sources\.test:\d+"

MID_POLL = Cell(aws.expired_mid_poll, AUTH, "^the login of environment has expired")


def _scripted(name: str, text: str) -> Trouble:
    """The program is another one for a while."""
    return Trouble(name, lambda site: site.script(text), lambda site: site.script(GOOD_SCRIPT))


def _barred(site: Site) -> None:
    (site.folder / "stock.sh").chmod(0o644)


PROGRAMS = (
    Cell(
        _scripted("fails", "#!/bin/sh\necho no database >&2\nexit 3\n"), DOWN, "^stock.sh failed: exit code 3: no data"
    ),
    Cell(_scripted("wants a login", "#!/bin/sh\nexit 77\n"), AUTH, r"^stock.sh asks for a login \(exit code 77\)"),
    Cell(_scripted("hangs", "#!/bin/sh\nsleep 60\n"), DOWN, "^stock.sh did not come to an end in 0.2 s and was ended"),
    Cell(_scripted("is killed", "#!/bin/sh\nkill -9 $$\n"), DOWN, "^stock.sh failed: ended by SIGKILL"),
    Cell(_scripted("floods", "#!/bin/sh\nexec yes\n"), DATA, "^stock.sh wrote more than 100,000 bytes"),
    Cell(_scripted("tells no JSON", "#!/bin/sh\necho hello\n"), DATA, "^stock.sh: "),
    Cell(
        _scripted("tells of wrong types", '#!/bin/sh\necho \'{"page": {}, "selling": "many"}\'\n'), DATA, "^stock.sh: "
    ),
    Cell(_scripted("has a line too many", GOOD_SCRIPT.replace("exec ", "echo rubbish; "))),
    Cell(_scripted("is gone", ""), DOWN, "^stock.sh is not there: nothing of that name in its folder"),
    Cell(_scripted("has no interpreter", "#!/no/such/shell\n"), DOWN, "^stock.sh cannot be started: its first line"),
    Cell(Trouble("may not be run", _barred, lambda site: site.script(GOOD_SCRIPT)), DOWN, "^stock.sh may not be run"),
)


def _moved(site: Site, name: str) -> None:
    (site.folder / "platform" / name).rename(site.folder / "platform" / f"{name}.away")


def _back(site: Site, name: str) -> None:
    place = site.folder / "platform" / name
    place.unlink(missing_ok=True)
    (site.folder / "platform" / f"{name}.away").rename(place)


def _no_folder(site: Site) -> None:
    _moved(site, "elmah")
    (site.folder / "platform" / "elmah").write_text("not a folder")


def _half(site: Site) -> Path:
    return site.platform.elmah / "error-2024-01-25020700Z-00000000-0000-0000-0000-0000000000ff.xml"


def _half_written(site: Site) -> None:
    _half(site).write_text('<error errorId="00000000-0000-0000-0000-0000000000ff" type="Half" mess')


FOLDERS = (
    Cell(
        Trouble("folder is gone", lambda site: _moved(site, "elmah"), lambda site: _back(site, "elmah")),
        DOWN,
        "no folder",
    ),
    Cell(
        Trouble("file is half written", _half_written, lambda site: _half(site).unlink()),
        None,
        "1 (still being written|unreadable)",
    ),
    Cell(Trouble("folder is a file", _no_folder, lambda site: _back(site, "elmah")), DATA, "is not a folder"),
)


def _odd_row(site: Site) -> None:
    site.platform.order(999_999, minutes=(site.clock.now() - OPENS) / MINUTE + 1)
    site.platform.execute(f"UPDATE OrderSlaveFlow SET {QTY} = 'many' WHERE {CODE} = 'TS240125L999999'")


def _no_odd_row(site: Site) -> None:
    site.platform.execute(f"DELETE FROM OrderSlaveFlow WHERE {CODE} = 'TS240125L999999'")


def _column(site: Site, old: str, new: str) -> None:
    site.platform.execute(f"ALTER TABLE OrderSlaveFlow RENAME COLUMN {old} TO {new}")


def _lock(site: Site) -> None:
    site.locks.append(sqlite3.connect(site.platform.database, isolation_level=None))
    site.locks[-1].execute("BEGIN EXCLUSIVE")


def _unlock(site: Site) -> None:
    lock = site.locks.pop()
    lock.execute("ROLLBACK")
    lock.close()


TABLES = (
    Cell(Trouble("locked", _lock, _unlock), DOWN, "locked by another session|did not answer in time"),
    Cell(Trouble("row of wrong types", _odd_row, _no_odd_row), None, "1 unreadable row left out: "),
    Cell(
        Trouble("database is gone", lambda site: _moved(site, "shop.db"), lambda site: _back(site, "shop.db")),
        DOWN,
        "the database file is not there",
    ),
    Cell(
        Trouble("column is renamed", lambda site: _column(site, QTY, "Odd"), lambda site: _column(site, "Odd", QTY)),
        DATA,
        f"schema changed: column {QTY} not found in OrderSlaveFlow",
    ),
)

CELLS: Mapping[str, tuple[Cell, ...]] = {
    "prometheus": over_http("prometheus", "does not answer as Prometheus does: no status"),
    "grafana": over_http("grafana", "does not answer as Prometheus does: no status"),
    "http": over_http("the API", "was not understood: the answer says that it is none"),
    "cloudwatch": over_aws(MID_POLL, Cell(aws.PARTIAL, None, "partial|again"), unreadable=NOT_AWS),
    "autoscaling": over_aws(unreadable=NOT_AWS),
    "elb": over_aws(MID_POLL, unreadable=NOT_AWS),
    "command": PROGRAMS,
    "elmah": FOLDERS,
    "sql": TABLES,
}
