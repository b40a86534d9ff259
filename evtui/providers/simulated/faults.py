"""The simulated ELMAH log: the noise every platform makes, and what a scenario's trouble adds to it.

All of it is worked out from the clock and the world's orders; nothing is stored. The texts are our own and hold no
personal data, so they pass `redact.admit` unchanged.
"""

from __future__ import annotations

from msgspec import Struct

from evtui.domain.faults import ErrorEntry
from evtui.providers.simulated.draw import MINUTE, Noise, hexadecimal, to_moment
from evtui.providers.simulated.orders import NEVER
from evtui.providers.simulated.world import World

SOURCE = "simulated elmah"

_SPREAD = 0x9E37_79B9_7F4B
"""Odd, so that multiplying by it modulo 2^48 gives each turn digits of its own: ids that look random, none twice."""


class Kind(Struct, frozen=True):
    """One sort of error; in `message`, `{n}` is a number that varies, `{tg}` and `{ts}` codes of a troubled order."""

    application: str
    type: str
    message: str
    status_code: int | None = 500


class Recurring(Struct, frozen=True):
    """An error that comes about every `minutes` minutes, from `start` minutes after opening (None: always) on."""

    kind: Kind
    minutes: float
    start: float | None = None
    end: float | None = None


_SCM, _WEB, _OSM = "ScmApi", "MWeb", "Osm"

_NOISE = (
    Recurring(Kind(_WEB, "System.Web.HttpException", "The file '/img/banner_{n}.png' was not found.", 404), 12),
    Recurring(Kind(_WEB, "System.Web.HttpException", "遠端主機已關閉連接。錯誤碼為 0x800704CD。"), 17),
    Recurring(
        Kind(
            _WEB,
            "System.Web.HttpRequestValidationException",
            "具有潛在危險 Request.Path 的值已從用戶端 ( & ) 偵測到。",
            400,
        ),
        29,
    ),
    Recurring(
        Kind(_SCM, "System.Threading.Tasks.TaskCanceledException", "A task was canceled. (request {n})", None), 23
    ),
    Recurring(
        Kind(
            _SCM, "System.Data.SqlClient.SqlException", "Transaction (Process ID {n}) was deadlocked on lock resources"
        ),
        41,
    ),
    Recurring(Kind(_OSM, "System.InvalidOperationException", "查無訂單匯出工作 {n} ，略過本次執行"), 47),
)
"""What is known on every day, at the same rate before opening and after: the baseline."""

_TROUBLE = {
    "rush": (
        Recurring(Kind(_WEB, "System.InvalidOperationException", "排隊人數已達上限 {n}", 503), 0.7, 1, 90),
        Recurring(
            Kind(
                _SCM,
                "System.TimeoutException",
                "No connection to be had from the pool ({n} in use)",
            ),
            1.5,
            2,
            90,
        ),
    ),
    "saturated": (
        Recurring(Kind(_SCM, "System.ServiceModel.ServerTooBusyException", "伺服器忙碌中，佇列長度 {n}", 503), 1.2, 3),
    ),
    "oversold": (
        Recurring(Kind(_WEB, "System.Data.ConstraintException", "扣庫存後可售數量為負 (request {n})"), 2.5, 19),
    ),
    "outage": (
        Recurring(
            Kind(_SCM, "System.Net.Sockets.SocketException", "無法連線，因為目標電腦拒絕連線。 port {n}"), 1.0, 10, 18
        ),
    ),
}
"""What a scenario adds by the clock."""

_PER_ORDER = {
    "stuck": Kind(_SCM, "System.TimeoutException", "NMQV3 did not accept task EVoucherOrderCreated of {tg} in {n} ms"),
    "confirmed": Kind(_SCM, "System.Net.WebException", "票券商 Request API 回應逾時 ( {tg} , {n} ms )", 504),
    "mixed": Kind(_OSM, "System.Data.DBConcurrencyException", "{ts} : 更新訂單狀態影響 0 筆資料 (預期 1 筆)"),
    "invalid": Kind(_SCM, "System.ApplicationException", "CheckIsValid {ts} : Result = Invalid ，發送 OrderFailed"),
    "vip": Kind(_SCM, "System.NullReferenceException", "VipMemberInfo 尚未同步至 ERPDB ( {tg} )"),
}
"""What a scenario adds for each line in trouble."""


class FaultLog:
    """Errors of a simulated launch."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._noise = Noise(world.seed, "faults")
        self._names = tuple(hexadecimal(12, world.seed, world.scenario.name, number) for number in range(32))
        self._recurring = _NOISE + _TROUBLE.get(world.scenario.name, ())
        self._per_order = _PER_ORDER.get(world.scenario.name)

    def between(self, after: int, upto: int) -> tuple[ErrorEntry, ...]:
        """Errors logged in (after, upto], oldest first; the world must have been walked to `upto`."""
        found = [each for number in range(len(self._recurring)) for each in self._repeat(number, after, upto)]
        found += self._of_orders(after, upto)
        return tuple(entry for _, entry in sorted(found, key=lambda each: (each[0], each[1].error_id)))

    def _repeat(self, number: int, after: int, upto: int) -> list[tuple[int, ErrorEntry]]:
        """Occurrences of one recurring error: evenly spread with a little jitter, so that its rate is the same in every
        window and calm days hold no surprise."""
        recurring = self._recurring[number]
        period = int(recurring.minutes * MINUTE)
        opens = self._world.opens
        if recurring.start is not None:
            after = max(after, opens + int(recurring.start * MINUTE) - 1)
        if recurring.end is not None:
            upto = min(upto, opens + int(recurring.end * MINUTE))
        found: list[tuple[int, ErrorEntry]] = []
        for turn in range(after // period, upto // period + 1):
            wobble = self._noise.at(turn, number)
            at = turn * period + int(period * (0.5 + 0.1 * wobble))
            if after < at <= upto:
                found.append((at, self._entry(recurring.kind, at, wobble, (number, turn))))
        return found

    def _of_orders(self, after: int, upto: int) -> list[tuple[int, ErrorEntry]]:
        kind = self._per_order
        if kind is None:
            return []
        found: list[tuple[int, ErrorEntry]] = []
        for number, line in enumerate(self._world.troubled(upto)):
            journey = line.journey
            asked = journey.first_get if journey.first_get != NEVER else journey.judged
            wobble = self._noise.at(number, len(self._recurring))
            at = asked + 3_000 + int(wobble * 2_000)
            if after < at <= upto:
                name = (len(self._recurring), number)
                found.append((at, self._entry(kind, at, wobble, name, line.tg_code, line.ts_code)))
        return found

    def _entry(
        self, kind: Kind, at: int, wobble: float, name: tuple[int, int], tg: str = "", ts: str = ""
    ) -> ErrorEntry:
        stream, turn = name
        middle = self._names[stream]
        mixed = turn * _SPREAD & 0xFFFF_FFFF_FFFF
        error_id = f"{mixed >> 16:08x}-{middle[:4]}-{middle[4:8]}-{middle[8:]}-{mixed:012x}"
        message = kind.message.format(n=4_000 + int(wobble * 3_900), tg=tg, ts=ts)
        host = f"{kind.application.upper()}-{1 + turn % 4}"
        return ErrorEntry(error_id, kind.application, host, kind.type, message, to_moment(at), kind.status_code, SOURCE)
