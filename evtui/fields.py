"""Values that the key in front of them gives away: `password=`, `"CellPhone":`, `姓名：`, `<Token>`, escaped or not."""

from __future__ import annotations

import re
import unicodedata
from enum import Enum, auto
from functools import lru_cache

MASK = "***"
"""What stands where something was taken out."""

LOOK_BACK = 64
"""Characters in front of a separator in which its key is sought: longer than any key, short enough to cost nothing."""


class _Kind(Enum):
    """What a key says of its value, and so where the value ends."""

    LINE = auto()
    """A header such as Cookie: everything to the end of the line."""
    SECRET = auto()
    PERSON = auto()
    """Like SECRET to the next field or the end of the line, since both may hold blanks."""
    NAME = auto()
    """`name` alone: a person, but for `Parameter name:` and its kin."""
    ADDRESS = auto()
    """To the end of the line, commas and all; network addresses are none."""
    NUMBER = auto()
    """Telephone, member, card and identity numbers: the digits, so that the words behind them stay."""


_TAIL = r"(?:_?(?:no|num|number|value|hash|text|code|號碼|号码|編號|编号|字號|號))?s?_?\d*$"
_KEYS: tuple[tuple[_Kind, re.Pattern[str]], ...] = (
    (_Kind.LINE, re.compile(r"cookies?$|authorization$|auth_password$")),
    (
        _Kind.SECRET,
        re.compile(
            r"(?:pass(?:word|wd|phrase|code)|pwd|secret|(?<!public_key_)(?<!publickey)token|credential|signature|密碼|密码|驗證碼"
            r"|(?:api|access|secret|private|signing|encryption|account|n1)_?key|connection_?string|session(?:_?id)?|sessid"
            r"|(?:^|_|o)auth|(?:^|_)(?:pass|sid|pin|otp|cvv2?|cvc|sig))" + _TAIL
        ),
    ),
    (
        _Kind.NUMBER,
        re.compile(
            r"(?:phone|mobile|(?:^|_)(?:tel|fax)|whatsapp|wechat|(?:member|customer|buyer)_?(?:id|no|number|code)"
            r"|card_?(?:no|num|number)|(?:^|_)(?:pan|id_?(?:no|number|card))|hkid|nric|passport|national_?id"
            r"|電話|电话|手機|手机|會員編號|会员编号|會員號碼|身分證|身份證|身份证|卡號|卡号)" + _TAIL
        ),
    ),
    (_Kind.ADDRESS, re.compile(r"(?<!ip_)(?<!ip)(?<!mac_)address(?:e?s)?(?:_?line)?_?\d*$|地址|住址")),
    (
        _Kind.PERSON,
        re.compile(
            r"(?:receiver|recipient|consignee)(?!\w*(?:exception|error|service|controller|handler|type|count)$)\w*$"
            r"|(?:customer|buyer|payer|purchaser|member|holder|contact|first|last|full|sur|given|family|user|nick|real)"
            r"_?name$|(?:^|_)(?:customer|buyer|payer|purchaser|card_?holder|contact|birthday|birth_?date|dob)$"
            r"|mail" + _TAIL + r"|(?:收件人|收貨人|收货人|姓名|電郵|电邮|電子郵件|信箱|郵箱|生日)$"
        ),
    ),
    (_Kind.NAME, re.compile(r"^(?:[a-z]_)?name$")),
)
_WORD_PARTS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[-_.\s]+")
_SECOND_WORDS = frozenset(
    ("string", "key", "id", "no", "number", "card", "name", "code", "word", "phrase", "holder", "line", "hash", "value")
)
"""Words that only make a key together with the word in front of them: `connection string`, `member id`."""
_NAMED_THINGS = re.compile(
    r"(?i)(?:param(?:eter)?|argument|file|column|table|object|class|type|property|method|field|server|host|machine|event|log"
    r"|queue|task|action|controller|app(?:lication)?|assembly|module|process|service|bucket|instance|key|index|constraint"
    r"|procedure|function|variable|attribute|element|node|tag|route|view|template|domain|path|database|db|schema|source"
    r"|logger|policy|role|group|item|product|page|shop|thread|job|step|resource)s?"
)
"""What has a name without being a person: `Parameter name: orderId` is half of .NET's complaints."""

_SEPARATOR = re.compile(r"[=:：\uff1d\ufe55∶\ufe30%](?:(?<!%)|3[AaDd])(?<![^A-Za-z_]\d\d:(?=\d\d))")
"""What stands between a key and its value; the colons of a time of day do not."""
# a key read backwards from its separator, with what may close it: quotes as such, escaped or encoded, a bracket
_KEY_BACKWARDS = re.compile(r"(?:[\s\\\"'`\]]|;touq&|;43#&|22%|2200u\\)*([\w.-]+)(?:[ \t]+([\w.-]+))?")
_FIELD = r"\\*[\"']?[\w.\[\]-]{1,40}(?: [\w.-]{1,20})?\\*[\"']?\s{0,2}[=:：\uff1d]"
_OPENING = re.compile(
    r"[ \t\xa0\u3000=:>：\uff1d]*(?:\n(?!\s*at |\s*[\w.-]+\s*[=:])[ \t]*)?"
    r"(\\*[\"'`]|&quot;|&\#34;|%22|\\u0022|[“「『])?"
)
_CLOSING = {"“": "”", "「": "」", "『": "』"}
_QUOTED = {quote: re.compile(rf"(?:\\.|{quote}(?=[{quote}\w])|[^{quote}\\])*", re.DOTALL) for quote in "\"'`"}
_LITERAL = re.compile(r"(?i)(?:null|nil|none|undefined|true|false)\s*(?:$|[,;&}\])\n])")
"""`"VipMemberId":null` is the very thing an engineer looks for, and nobody's data."""
_OUTER_END = r"\n|\\*\"\s*[,}\]]|<(?!U\+)/?\w"
_ENDS = {
    _Kind.LINE: re.compile(r"\n|\\*\"\s*[,}\]]"),
    _Kind.ADDRESS: re.compile(rf"{_OUTER_END}|&(?:amp;)?\w+=|\}}(?=[\s,}}\]\"'\\)]|$)"),
    _Kind.SECRET: re.compile(rf"{_OUTER_END}|[&;,](?:amp;)?\s*{_FIELD}|\}}(?=[\s,}}\]\"'\\)]|$)"),
}
_ENCODED_END = re.compile(r"%26|[\s&;,\"'<>]|$")
_NUMBER_VALUE = re.compile(r"(?=[^\s,;&]*\d)[^\s\"',;&}<]+(?:[ -]?[\d().+-]+)*")
_NETWORK = re.compile(r"(?:\d{1,3}\.){3}\d{1,3}(?![\w.])|\w+://|0x[0-9a-fA-F]|\[?[0-9a-f]{0,4}:[0-9a-f:]+")
_BRACKET = re.compile(r"[\[\]{}]")
_ELEMENT = re.compile(r"<(?:\w+:)?([\w.-]+)(?:\s[^<>]*)?>(?:<!\[CDATA\[)?([^<]+)(?=<|\Z)")


@lru_cache(maxsize=4096)
def _kind(word: str) -> _Kind | None:
    plain = word if word.isascii() else unicodedata.normalize("NFKC", word)
    parts = _WORD_PARTS.sub("_", plain).casefold()
    return next((kind for kind, pattern in _KEYS if pattern.search(parts)), None)


def _key_before(text: str, at: int) -> _Kind | None:
    found = _KEY_BACKWARDS.match(text[max(0, at - LOOK_BACK) : at][::-1])
    if found is None:
        return None
    word = found[1][::-1]
    kind = _kind(word)
    if found[2] is None or (kind is not None and kind is not _Kind.NAME):
        return kind
    before = found[2][::-1]
    if kind is _Kind.NAME and _NAMED_THINGS.fullmatch(before):
        return None
    if word.casefold() in _SECOND_WORDS:
        return _kind(f"{before}_{word}") or kind
    return kind


def _value(text: str, separator: re.Match[str], kind: _Kind) -> tuple[int, int] | None:
    """Where the value behind `separator` begins and ends; None when there is none to mask."""
    opening = _OPENING.match(text, separator.end())
    assert opening is not None  # every part of it may be empty
    begin, quote = opening.end(), opening[1]
    if quote in _QUOTED:
        closing = _QUOTED[quote].match(text, begin)
        end = begin if closing is None else closing.end()
    elif quote:
        end = text.find(_CLOSING.get(quote, quote), begin)
    elif _LITERAL.match(text, begin):
        return None
    elif separator.end() - separator.start() > 1:
        encoded = _ENCODED_END.search(text, begin)
        end = -1 if encoded is None else encoded.start()
    elif text.startswith(("[", "{"), begin):
        end = _balanced(text, begin)
    else:
        end = _bare_end(text, begin, kind)
    end = len(text) if end < 0 else end
    return (begin, end) if end > begin else None


def _balanced(text: str, begin: int) -> int:
    depth = 0
    for bracket in _BRACKET.finditer(text, begin):
        depth += 1 if bracket[0] in "[{" else -1
        if depth == 0:
            return bracket.end()
    return -1


def _bare_end(text: str, begin: int, kind: _Kind) -> int:
    if kind is _Kind.ADDRESS and _NETWORK.match(text, begin):
        return begin
    if kind is _Kind.NUMBER and (number := _NUMBER_VALUE.match(text, begin)):
        return number.end()
    ending = _ENDS.get(kind, _ENDS[_Kind.SECRET]).search(text, begin)
    return -1 if ending is None else ending.start()


def mask_fields(text: str) -> str:
    """Values behind their keys: `key=value`, `key: value`, `"key": "value"`, escaped and encoded."""
    out: list[str] = []
    done = 0
    for separator in _SEPARATOR.finditer(text):
        at = separator.start()
        if at < done or (kind := _key_before(text, at)) is None or (span := _value(text, separator, kind)) is None:
            continue
        out += text[done : span[0]], MASK
        done = span[1]
    return "".join((*out, text[done:])) if out else text


def mask_elements(text: str) -> str:
    """Values in elements named for what they hold: `<Password>…</Password>`."""
    return _ELEMENT.sub(_mask_element, text)


def _mask_element(match: re.Match[str]) -> str:
    if _kind(match[1]) is None:
        return match[0]
    return match[0][: match.start(2) - match.start()] + MASK
