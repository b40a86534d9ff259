"""Secrets and personal data taken out of text before anything else sees it.

`admit` is what providers call on every remote string: it cleans (see `text.clean`) and masks. Order codes are not
secrets and stay readable; what identifies a person or opens a door does not.
"""

from __future__ import annotations

import re

from evtui.text import NAME_LIMIT, clean

MASK = "***"
"""What stands where something was taken out."""

_SECRET_KEY = (
    r"(?:pass(?:word|wd|phrase)?|pwd|secret|token|api[-_]?key|access[-_]?key|signature|authorization|auth|cookie"
    r"|session(?:id)?|sessionid|sid|credential|connection[-_ ]?string|private[-_]?key|n1-api-key|x-api-key)"
)
_PERSON_KEY = (
    r"(?:cell[-_]?phone|phone|mobile|tel|e?mail|receiver\w*|address|member[-_]?id|vip[-_]?member[-_]?id|card[-_]?(?:no|number)"
    r"|id[-_]?(?:no|number))"
)
_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    # scheme://user:password@host
    (re.compile(r"(?i)\b([a-z][a-z0-9+.-]*://)[^\s/@:]+:[^\s/@]+@"), rf"\1{MASK}@"),
    # Bearer and Basic credentials, wherever they stand
    (re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9+/._~=-]{8,}"), rf"\1 {MASK}"),
    # the signed order API carries its secrets in the query string: t, ts and s
    (re.compile(r"(?i)([?&](?:t|s|sig|code)=)[^&\s\"']+"), rf"\1{MASK}"),
    # a header line: everything behind the colon is the secret
    (
        re.compile(r"(?im)\b((?:set-)?cookie|authorization|http_cookie|auth_password)(\s*[:=]\s*)[^\r\n\"]+"),
        rf"\1\2{MASK}",
    ),
    # key=value, key: value, "key": "value", \"key\":\"value\"
    (re.compile(rf"(?i)(\b[\w-]*{_SECRET_KEY}\\?[\"']?\s*[=:]\s*\\?[\"']?)[^\s\"'\\,;&}}<>]+"), rf"\1{MASK}"),
    (re.compile(rf"(?i)(\b[\w-]*{_PERSON_KEY}\\?[\"']?\s*[=:]\s*\\?[\"']?)[^\s\"'\\,;&}}<>]+"), rf"\1{MASK}"),
    # AWS access key ids and JSON web tokens give themselves away by their shape
    (re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"), MASK),
    (re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*"), MASK),
    (re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+"), MASK),
    # sixteen digits in card groups; ahead of telephone numbers, which would take the first half and leave the rest
    (re.compile(r"(?<!\d)\d{4}[ -]\d{4}[ -]\d{4}[ -]\d{4}(?!\d)"), MASK),
    # telephone numbers: international form, and the eight-digit form of Hong Kong in its usual two groups
    (re.compile(r"\+\d{1,3}[ -]?\d{3,4}[ -]?\d{4,6}\b"), MASK),
    (re.compile(r"(?<![\w-])[2-9]\d{3}[ -]\d{4}(?![\w-])"), MASK),
)


def mask(text: str) -> str:
    """`text` with credentials and personal data replaced by `***`."""
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text


def admit(raw: object, limit: int = NAME_LIMIT) -> str:
    """The one door for remote text: `raw` as a string, cut to `limit`, cleaned and masked; None becomes empty."""
    return "" if raw is None else mask(clean(str(raw), limit))
