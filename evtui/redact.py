"""Secrets and personal data taken out of text before anything else sees it.

`admit` is what providers call on every remote string: it cleans (see `text.clean`) and masks. Order codes are not
secrets and stay readable; what identifies a person or opens a door does not. Three things give a value away: the key
in front of it (`password=`, `"CellPhone":`, `姓名：`), its own shape (an e-mail address, a card, a JSON web token), or
the words around it (`password is`, `tel.`). In doubt too much is masked rather than too little.
"""

from __future__ import annotations

import re

from evtui.fields import MASK as MASK
from evtui.fields import mask_elements, mask_fields
from evtui.text import NAME_LIMIT, clean, zero_width

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
        text = mask_elements(text)
    return _mask_shapes(mask_fields(_QUERY.sub(rf"\1{MASK}", text)))


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
