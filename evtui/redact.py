"""Secrets and personal data taken out of text before anything else sees it.

`admit` is what providers call on every remote string: it cleans (see `text.clean`) and masks. Order codes are not
secrets and stay readable; what identifies a person or opens a door does not. Three things give a value away: the key
in front of it (`password=`, `"CellPhone":`, `姓名：`), its own shape (an e-mail address, a card, a JSON web token), or
the words around it (`password is`, `tel.`). In doubt too much is masked rather than too little.
"""

from __future__ import annotations

import re
import unicodedata
from enum import Enum, auto
from functools import lru_cache

from evtui.text import NAME_LIMIT, clean, zero_width

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
_QUOTED = {quote: re.compile(rf"(?:\\.|{quote}(?=[{quote}\w])|[^{quote}\\])*+", re.DOTALL) for quote in "\"'`"}
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


def _mask_fields(text: str) -> str:
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


def _mask_element(match: re.Match[str]) -> str:
    if _kind(match[1]) is None:
        return match[0]
    return match[0][: match.start(2) - match.start()] + MASK


_USER_INFO = re.compile(r"://(?:[^\s/?#]*|[^\s/:@?#]*:(?!\d{1,5}(?:[/?#]|$))[^\s\"'<>]*)@(?=[\w\[])")
_BEARER = re.compile(r"(?i)\b((?:bearer|basic|digest)\s+)(?!auth|realm)[A-Za-z0-9+/._~=-]{8,}")
# the signed order API carries its secrets in the query string: t, ts and s
_QUERY = re.compile(r"([?&](?:amp;)?(?:[tTsS]|sig|code)=)[^&\s\"']+")
# the last part takes along what follows without a break: the next address of a percent-encoded list
_E_MAIL = re.compile(
    r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]+(?:[@\uff20]|%40)[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+"
    r"(?:[A-Za-z0-9._%+@-]*(?:@|%40)[A-Za-z0-9.-]+)?"
)
_TOKENS = re.compile(
    r"\b(?:(?:AKIA|ASIA)[A-Z0-9]{16}\b|eyJ[\w-]{8,}(?:\.[\w-]*){0,2}|gh[pousr]_\w{10,}|github_pat_\w{10,}|glpat-[\w-]{10,}"
    r"|AIza[\w-]{20,}|xox[abeprs]-[\w-]{8,}|[rsp]k_(?:live|test)_\w{8,}|sk-(?=[\w-]*\d)[\w-]{16,})"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*-----|\Z)",
    re.DOTALL,
)
_TOKEN_SIGNS = (
    *("AKIA", "ASIA", "eyJ", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "AIza", "xox", "k_live_"),
    *("k_test_", "sk-", "-----BEGIN"),
)
_ORDINARY = (
    r"(?:not|no|null|empty|blank|missing|required|incorrect|invalid|wrong|expired|too|the|an?|in|for|set|reset|changed|being"
    r"|must|already|never|only|unknown|mandatory|optional|weak|case|stored|shorter|longer|different|disabled|locked)\b"
)
_SAID = re.compile(
    r"(?i)(pass(?:word|phrase|code|wd)|pwd|密碼|密码)"
    rf"(?:(\s+(?:is|was)\s+|\s*[是為为]\s*)(?!{_ORDINARY})[^\n]+"
    r"|(\s+)(?:\\*\"[^\"\n]+\"?|\\*'[^'\n]+'?|(?=[^\s]*[\d!@#$%^*_])[^\s,;]+))"
    r"|((?<=-)(?:password|pass|token|secret|api-?key)\s+)\S+"
    r"|((?:token|secret|api[ _-]?key)\s+(?:is\s+)?)(?=\S*\d)[\w./+=-]{20,}"
)
_SAYING = ("pass", "pwd", "密碼", "密码", "token", "secret", "api")
_PHONE_SAID = re.compile(
    r"(?i)((?:phone|mobile|(?<![a-z])tel|whatsapp|(?<![a-z])sms|(?<![a-z])fax|電話|电话|手機|手机|致電)[^\d\n]{0,10})"
    r"(?!20\d\d-\d\d-)\d(?:[ -]?\d){7,14}(?!\d)"
)
_PHONE_WORDS = ("phone", "mobile", "tel", "whatsapp", "sms", "fax", "電話", "电话", "手機", "手机", "致電")
_IDENTITY = re.compile(r"\b(?:[A-Z]{1,2}\d{6}[(（][\dA][)）]|[A-Z][12]\d{8}\b)", re.ASCII)
# the first character is taken before anything is asked of it: that lets the search skip to digits
_NUMBERS = re.compile(
    r"[+\d](?:(?<=\+)[1-9]\d{0,2}(?:[ -]?\(?\d{1,4}\)?){2,5}(?!\d)"
    r"|(?<!\+)(?<![A-Za-z\d_$¥€£-].)(?<!\d\..)(?:"
    r"\d{3}(?:[ -]\d{4}){3}(?:[ -]\d{1,3})?|(?<=3)\d{3}[ -]\d{6}[ -]\d{5}"  # cards in their groups
    r"|(?P<card>\d{12,18})"
    r"|(?:(?<=0)08|(?<=8))5[23][ -]?\d{4}[ -]?\d{4}"  # Hong Kong and Macau
    r"|(?:(?<=0)08|(?<=8))86[ -]?0?9\d\d[ -]?\d{3}[ -]?\d{3}|(?<=0)9\d\d[ -]?\d{3}[ -]?\d{3}"  # Taiwan
    r"|(?<=0)1\d[ -]?\d{3,4}[ -]?\d{4}|(?<=1)[3-9]\d[ -]?\d{4}[ -]?\d{4}"  # Malaysia, China
    r"|(?<=[2-9])(?<!2(?=0[0-4]\d))\d{3}[ -]\d{4}|(?P<bare>(?<=[569])\d{7})"
    r")(?![A-Za-z\d_-])(?!\.\d))"
)
_LONG_NUMBER = re.compile(r"\d[\d ()-]{6}")
_COUNTED = re.compile(
    r"(?:(?i:sku|page|shop|task|order|job|batch|ticket|row)(?:[iI][dD])?|(?<![A-Za-z])id|Id|ID)s?[\s\"'\\:=#]*$"
)


def _luhn(digits: str) -> bool:
    total = sum(int(digit) for digit in digits[-1::-2])
    return (total + sum(sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])) % 10 == 0


def _mask_number(match: re.Match[str]) -> str:
    found, shape = match[0], match.lastgroup
    if shape == "card":
        # no issuer begins with 1 or 20: milliseconds since 1970 and request ids do
        return MASK if re.match("2[2-7]|[3-6]", found) and _luhn(found) else found
    if shape == "bare":
        # eight digits beginning with 5, 6 or 9 are a mobile number of Hong Kong, unless something else is said of them
        return found if _COUNTED.search(match.string[max(0, match.start() - 16) : match.start()]) else MASK
    if found[0] == "+":
        return MASK if sum(map(str.isdigit, found)) >= 8 else found
    return MASK


def _mask_said(pattern: re.Pattern[str], text: str, words: tuple[str, ...]) -> str:
    """What stands behind one of `words`; all but what is masked is in the groups of `pattern`.

    Looking for plain words first is a tenth of the cost of letting the pattern try every place.
    """
    lower = text.lower()
    if len(lower) != len(text):  # a Turkish capital I with a dot becomes two characters
        lower = "".join(map(_lower, text))
    places: list[int] = []
    for word in words:
        at = lower.find(word)
        while at >= 0:
            places.append(at)
            at = lower.find(word, at + 1)
    out: list[str] = []
    done = 0
    for place in sorted(places):
        if place >= done and (match := pattern.match(text, place)) is not None:
            out += text[done:place], "".join(group for group in match.groups() if group is not None), MASK
            done = match.end()
    return "".join((*out, text[done:])) if out else text


def _lower(char: str) -> str:
    return char.lower() if len(char.lower()) == 1 else char


def _mask_shapes(text: str) -> str:
    """What gives itself away without a key. Every pattern stands behind a test that costs next to nothing."""
    if any(map(text.__contains__, _TOKEN_SIGNS)):
        text = _TOKENS.sub(MASK, text)
    if "@" in text or "%40" in text or "\uff20" in text:
        text = _USER_INFO.sub(f"://{MASK}@", text)
        text = _E_MAIL.sub(MASK, text)
    text = _mask_said(_BEARER, text, ("bearer", "basic", "digest"))
    text = _mask_said(_SAID, text, _SAYING)
    if _LONG_NUMBER.search(text):
        text = _mask_said(_PHONE_SAID, text, _PHONE_WORDS)
        text = _NUMBERS.sub(_mask_number, text)
    return _IDENTITY.sub(MASK, text)


def _mask(text: str) -> str:
    if "</" in text:
        text = _ELEMENT.sub(_mask_element, text)
    return _mask_shapes(_mask_fields(_QUERY.sub(rf"\1{MASK}", text)))


_MADE_VISIBLE = re.compile(
    r"<U\+[0-9A-F]{4,6}>|[\u2400-\u2421\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2]|…\(\+\d+ marks?\)"
)


def _without_marks(text: str) -> str:
    if "<U+" not in text and text.isascii():
        return text
    hidden = zero_width(text)
    if hidden:
        text = text.translate(dict.fromkeys(map(ord, hidden)))
    return _MADE_VISIBLE.sub("", text)


def mask(text: str) -> str:
    """`text` with credentials and personal data replaced by `***`.

    A key may be broken by characters nobody sees. Such a text is masked a second time without them, and loses them only
    if that finds more.
    """
    masked = _mask(text)
    bare = _without_marks(masked)
    if bare == masked:
        return masked
    again = _mask(bare)
    return masked if again == bare else again


def admit(raw: object, limit: int = NAME_LIMIT) -> str:
    """The one door for remote text: `raw` as a string, cut to `limit`, cleaned and masked; None becomes empty."""
    if raw is None:
        return ""
    text = str(raw)
    shown = mask(clean(text, limit))
    # a value masked to the end of the text takes the sign of the cut with it
    cut = f"…(+{len(text) - limit})" if len(text) > limit else ""
    return shown if shown.endswith(cut) else shown + cut
