"""One corpus of strings that want to do harm: to the terminal, to markup, to templates, to widths, to patience.

Every text column of every source may carry any of them. None may raise, reach a terminal as a control sequence, become
a link or an action, or change the layout.
"""

from __future__ import annotations

ESCAPES = (
    "\x1b[2J\x1b[H",
    "\x1b]0;owned\x07",
    "\x1b]2;owned\x1b\\",
    "\x1b]52;c;cm0gLXJmIC8=\x07",
    "\x1b]8;;http://evil.example/\x1b\\click\x1b]8;;\x1b\\",
    "\x1bP+q544e\x1b\\",
    "\x1b[6n\x1b[c\x1b[?1049l",
    "\x9b2J",
    "\x9d52;c;eA==\x9c",
    "\x90q\x9c",
    "\x85next\x84",
    "a\x00b\x07c\x08d\x0be\x0cf\x7f",
    "100 %\rdone",
    "\ufffd[31m",
)
INVISIBLE = (
    "user\u202etxt.exe",
    "\u2066isolate\u2069\u2067right\u2069",
    "\u061carabic mark",
    "zero\u200bwidth\u200cnon\u200djoiner\u200e\u200f",
    "\u2028line\u2029paragraph",
    "\ufeffmark in front",
    "soft\u00adhyphen",
    "\u115f\u1160\u3164\uffa0fillers",
    "\ufff9annotated\ufffabase\ufffb",
    "tag\U000e0001\U000e0041\U000e007f",
    "\ud800half\udfff",
    "\udc80\udcff",
)
MARKUP = (
    "[/x]",
    "[/]",
    "array[0] of [/] and [[",
    "[@click=app.quit]x[/]",
    "[@click=app.bell]x[/@click]",
    "[link=http://evil.example]x[/link]",
    "[link=http://x",
    "[bold red on blue]x",
    "[IOException]",
    "[INFO] [0] [1, 2] [a=b]",
    "\\[escaped\\]",
    "$primary $text-muted",
    ":boom: :smile:",
)
CODE = (
    "{{ 7 * 7 }}",
    "{{ ''.__class__.__mro__ }}",
    "{% raw %}",
    "{% include '/etc/passwd' %}",
    "{# comment",
    "{0.__class__} %s %n %(x)s",
    "${HOME} `id` $(id)",
    "x' OR 1=1 --",
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "<script>alert(1)</script>",
    "&lt;&amp;&#x1B;",
    "| a | b |\n|---|",
    "# head\n[x](http://evil.example)",
)
WIDE = (
    "電子購物禮券 (500×2)+88",
    "\uff26\uff35\uff2c\uff2c\u3000\uff57\uff49\uff44\uff54\uff48",
    "한국어 日本語 ไทย",
    "🧧🎉👨\u200d👩\u200d👧",
    "❤\ufe0f and ☎\ufe0f",
    "e\u0301\u0308 cafe\u0301",
    "Z\u0351\u036b\u0343" * 20,
    "Z" + "\u0351\u036b\u0343" * 300,
    "\u1112" + "\u1161" * 50 + "\u093e\u0903",
    "👍\U0001f3fd ䷀ \U0001d306 \U0001fae8",
    "\u4e00" * 300,
    "·–…—“”",
    "\U0001f1ed\U0001f1f0",
)
PLAIN = ("", " ", "\t", "\n", "\r\n", "a\r\nb\n\n\nc", "nul", "None", "NaN", "-0", "٣")


def long_line(size: int = 1_000_000) -> str:
    """One line of `size` characters with an escape in its middle."""
    half = "x" * (size // 2)
    return f"{half}\x1b]52;c;eA==\x07{half}"[:size]


HOSTILE = (*ESCAPES, *INVISIBLE, *MARKUP, *CODE, *WIDE, *PLAIN, long_line())
"""All of them."""

_RANGES = (
    *((0x00, 0x08), (0x0B, 0x1F), (0x7F, 0x9F), (0x061C, 0x061C), (0x200B, 0x200F), (0x2028, 0x202E)),
    *((0x2060, 0x206F), (0xD800, 0xDFFF), (0xFEFF, 0xFEFF), (0xFFF9, 0xFFFB), (0xE0000, 0xE007F)),
)
FORBIDDEN = frozenset(chr(code) for first, last in _RANGES for code in range(first, last + 1))
"""Characters that may not be in any text a provider has let in."""
