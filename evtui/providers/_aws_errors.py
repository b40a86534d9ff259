"""What an exception of the AWS SDK means: a table, without the SDK.

Exceptions are known by the names of their types and by the code that AWS gave; nothing is imported to tell them apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from evtui.domain.reading import FailureKind
from evtui.providers import _aws_words as words
from evtui.providers._aws_words import Asked, Sentence, Words
from evtui.providers.base import SourceError
from evtui.redact import admit

QUOTED = 160
"""Characters of AWS's own words that are quoted: a line of the pane."""


def failure(error: BaseException, asked: Asked) -> SourceError:
    """The failure that says what `error` means for the one who watches.

    Codes come before types: every error that AWS itself tells of has the same type.
    """
    answer = getattr(error, "response", None)
    if isinstance(answer, Mapping):
        kind, why, remedy = _by_code(answer.get("Error") or {}, asked)
    else:
        kind, why, remedy = _by_type(error, asked)
    retry_after = _retry_after(asked.headers) if kind is FailureKind.DOWN else None
    return SourceError(kind, why, remedy, retry_after=retry_after, login=asked.login, exchange=asked.exchange)


def is_denied(refusal: SourceError) -> bool:
    """Whether the login was good, but not allowed what was asked: another login need not be better."""
    answer = getattr(refusal.__cause__, "response", None)
    code = (answer.get("Error") or {}).get("Code") if isinstance(answer, Mapping) else None
    return CODES.get(str(code)) is words.denied


def _by_code(refusal: Mapping[str, Any], asked: Asked) -> Sentence:
    code = admit(refusal.get("Code"), QUOTED)
    said = _quoted(refusal.get("Message"))
    if code in CODES:
        return CODES[code](asked, said)
    if code.endswith((".NotFound", ".Malformed")):
        return words.no_such_thing(asked, said)
    code = "" if code == str(asked.status) else code  # the SDK makes one of it where a page says no
    by_status = _by_status(asked, " ".join(filter(None, (code, said))))
    if by_status is not None:
        return by_status
    if not code:
        return words.garbage(asked, f"HTTP {asked.status}")
    return FailureKind.DATA, f"AWS refused {asked.operation}: {code}: {said}", ""


def _by_status(asked: Asked, said: str) -> Sentence | None:
    """What the status alone tells, where nothing that AWS says explains it."""
    status = asked.status
    if status == 429:
        return words.throttled(asked, said)
    if status == 407:
        return words.proxy(asked, said)
    if status in (401, 403):
        return words.refused(asked, f"HTTP {status} {said}".rstrip())
    if status >= 500:
        return FailureKind.DOWN, f"AWS is in trouble itself: HTTP {status} {said}".rstrip(), ""
    return words.garbage(asked, f"HTTP {status}") if 300 <= status < 400 else None


def _by_type(error: BaseException, asked: Asked) -> Sentence:
    """By the most special type that the table knows."""
    if isinstance(error, OSError) and isinstance(error.filename, str):
        return words.no_file(asked, f"{admit(error.filename, QUOTED)}: {_of_file(error)}")
    said = _quoted(_cause(error))
    for each in type(error).__mro__:
        if each.__name__ in TYPES:
            sentence = TYPES[each.__name__]
            by_status = _by_status(asked, "") if sentence is words.unreadable else None
            return by_status or sentence(asked, said)
    return FailureKind.DATA, f"{asked.operation} could not be asked: {type(error).__name__}: {said}", ""


def _cause(error: BaseException) -> object:
    """What the SDK wrapped, where it is about the wire: its own words begin with an address as long as it likes."""
    told = getattr(error, "kwargs", {})
    return told.get("error") or error if "endpoint_url" in told else error


def _of_file(error: OSError) -> str:
    match error:
        case FileNotFoundError():
            return "is not there"
        case PermissionError():
            return "may not be used: no permission"
        case _:
            return f"cannot be used: {_quoted(error.strerror)}"


def _quoted(text: object) -> str:
    return " ".join(admit(text, QUOTED).split())


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds, of which the header may speak as a number or as a time of the server's clock."""
    told = headers.get("retry-after", "")
    if told.isdecimal():
        return float(told)
    try:
        wait = parsedate_to_datetime(told) - parsedate_to_datetime(headers.get("date", ""))
    except (ValueError, TypeError):  # no time, or one with a zone and one without
        return None
    return max(wait.total_seconds(), 0.0)


CODES: dict[str, Words] = {
    **dict.fromkeys(("ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"), words.expired),
    **dict.fromkeys(
        ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "NotAuthorized", "OptInRequired"),
        words.denied,
    ),
    **dict.fromkeys(
        (
            *("InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId", "AuthFailure"),
            *("MissingAuthenticationToken", "MissingAuthenticationTokenException", "IncompleteSignature"),
        ),
        words.bad_key,
    ),
    **dict.fromkeys(("SignatureDoesNotMatch", "InvalidSignatureException", "InvalidSignature"), words.signature),
    **dict.fromkeys(("RequestExpired", "RequestTimeTooSkewed", "RequestInTheFuture"), words.clock),
    **dict.fromkeys(
        (
            *("Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "RequestLimitExceeded"),
            *("TooManyRequestsException", "RequestThrottledException", "SlowDown", "BandwidthLimitExceeded"),
        ),
        words.throttled,
    ),
    **dict.fromkeys(("TargetGroupNotFound", "LoadBalancerNotFound", "ResourceNotFoundException"), words.no_such_thing),
    **dict.fromkeys(("UnauthorizedException", "ForbiddenException"), words.no_sign_on),
}
"""By the code of AWS."""

TYPES: dict[str, Words] = {
    "NoCredentialsError": words.no_keys,
    "PartialCredentialsError": words.half_a_key,
    "ProfileNotFound": words.no_profile,
    "NoRegionError": words.no_region,
    **dict.fromkeys(("SSOError", "TokenRetrievalError", "NoAuthTokenError"), words.no_sign_on),
    "LoginError": words.no_login,
    **dict.fromkeys(
        ("CredentialRetrievalError", "MetadataRetrievalError", "RuntimeError"),
        words.no_temporary,
    ),
    **dict.fromkeys(
        (
            *(
                "ConfigParseError",
                "ConfigNotFound",
                "InvalidConfigError",
                "UnknownCredentialError",
            ),
            *("MissingDependencyException", "InvalidEndpointConfigurationError"),
        ),
        words.bad_files,
    ),
    "ConnectTimeoutError": words.no_connection,
    "ReadTimeoutError": words.too_late,
    "SSLError": words.tls,
    "ProxyConnectionError": words.proxy,
    "EndpointConnectionError": words.unreachable,
    "ConnectionError": words.unreachable,
    "ConnectionClosedError": words.broken_off,
    "HTTPClientError": words.not_sent,
    "Flood": words.flood,
    "Garbage": words.garbage,
    **dict.fromkeys(("CodeWanted", "RefreshWithMFAUnsupportedError"), words.code_wanted),
    **dict.fromkeys(
        (
            *("ResponseParserError", "LookupError", "UnicodeDecodeError", "JSONDecodeError"),
            *("AttributeError", "TypeError"),
        ),
        words.unreadable,
    ),
    **dict.fromkeys(
        ("ParamValidationError", "UnknownEndpointError", "InvalidRegionError", "EndpointProviderError"),
        words.bad_question,
    ),
    "ValueError": words.odd_value,
    "OSError": words.unreachable,
}
"""By the name of a type; the more special one wins by the order in which Python inherits."""
