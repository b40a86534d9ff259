"""What an exception of the AWS SDK means, in one sentence for a person: a table, without the SDK.

Exceptions are known by the names of their types and by the code that AWS gave; nothing is imported to tell them apart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from evtui.domain.reading import FailureKind
from evtui.domain.trip import Exchange, Login
from evtui.providers.base import SourceError
from evtui.redact import admit

QUOTED = 160
"""Characters of AWS's own words that are quoted: a line of the pane."""

SHOWN_PROFILES = 6
"""Profiles that are named where the wanted one is missing: enough to see a slip of the pen."""

CLOCK_OFF = 60.0
"""Seconds between this machine's clock and AWS's from which the clock is blamed for a signature: AWS takes 5 minutes,
and what is off by less than one is off for a slow answer."""

IAM_NAMES = {"elbv2": "elasticloadbalancing"}
"""How policies call a service where the SDK calls it otherwise."""


class Garbage(Exception):
    """An answer that AWS does not give, such as a page of a hotel's network; says what it was."""


class Flood(Exception):
    """An answer that was not read to its end: too long, or too slow."""


class Asked(Struct, frozen=True):
    """What was asked when it failed."""

    service: str
    operation: str
    host: str = ""
    profile: str = ""
    region: str = ""
    profiles: tuple[str, ...] = ()
    """Every profile there is."""
    login: Login | None = None
    exchange: Exchange | None = None
    clock_ahead_s: float | None = None
    """Seconds this machine's clock is ahead of AWS's; None: AWS said no time."""

    @property
    def action(self) -> str:
        """The action as a policy names it."""
        return f"{IAM_NAMES.get(self.service, self.service)}:{self.operation}"

    @property
    def who(self) -> str:
        """In whose name."""
        return self.login.who if self.login is not None else f"profile {self.profile or 'default'}"

    @property
    def sign_in(self) -> str:
        """The command that makes a new login."""
        named = f" --profile {self.profile}" if self.profile else ""
        return (self.login.remedy if self.login is not None else "") or f"aws sso login{named}"


Told = tuple[FailureKind, str, str]
Words = Callable[[Asked, str], Told]


def failure(error: BaseException, asked: Asked) -> SourceError:
    """The failure that says what `error` means for the one who watches.

    Codes come before types: every error that AWS itself tells of has the same type.
    """
    answer = getattr(error, "response", None)
    retry_after = None
    if isinstance(answer, Mapping) and isinstance(answer.get("Error"), Mapping):
        kind, why, remedy = _by_code(answer, asked)
        retry_after = _retry_after(answer)
    else:
        kind, why, remedy = _by_type(error, asked)
    return SourceError(kind, why, remedy, retry_after=retry_after, login=asked.login, exchange=asked.exchange)


def _by_code(answer: Mapping[str, Any], asked: Asked) -> Told:
    code = admit(answer["Error"].get("Code"), QUOTED)
    said = _quoted(answer["Error"].get("Message"))
    status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in CODES:
        return CODES[code](asked, said)
    if code.endswith((".NotFound", ".Malformed")):
        return _no_such_thing(asked, said)
    if status == 429:
        return _throttled(asked, said)
    if status >= 500:
        return FailureKind.DOWN, f"AWS is in trouble itself: HTTP {status} {code}".rstrip(), ""
    if status == 407:
        return _proxy(asked, said)
    if 300 <= status < 400 or not code or code == str(status):
        return _garbage(asked, f"HTTP {status}")
    if status in (401, 403):
        return FailureKind.AUTH, f"AWS refused {asked.who}: {code}: {said}", asked.sign_in
    return FailureKind.DATA, f"AWS refused {asked.operation}: {code}: {said}", ""


def _by_type(error: BaseException, asked: Asked) -> Told:
    """By the most special type that the table knows."""
    for each in type(error).__mro__:
        if each.__name__ in TYPES:
            return TYPES[each.__name__](asked, _quoted(error))
    return FailureKind.DATA, f"{asked.operation} could not be asked: {type(error).__name__}: {_quoted(error)}", ""


def _quoted(text: object) -> str:
    return " ".join(admit(text, QUOTED).split())


def _retry_after(answer: Mapping[str, Any]) -> float | None:
    headers = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    try:
        seconds = float(headers.get("retry-after", ""))
    except ValueError:
        return None
    return seconds if 0 <= seconds < float("inf") else None


def _expired(asked: Asked, said: str) -> Told:
    return FailureKind.AUTH, f"the login of {asked.who} has expired", asked.sign_in


def _denied(asked: Asked, said: str) -> Told:
    why = f"{asked.who} is not allowed to {asked.action}"
    return FailureKind.AUTH, why, "evtui check --iam prints the policy that is needed"


def _bad_key(asked: Asked, said: str) -> Told:
    why = f"AWS does not know the access key of {asked.who}: it is wrong, or has been taken away"
    return FailureKind.AUTH, why, f"put a valid key in its place, or: {asked.sign_in}"


def _signature(asked: Asked, said: str) -> Told:
    off = asked.clock_ahead_s
    if off is not None and abs(off) >= CLOCK_OFF:
        return _clock(asked, said)
    lower = said.lower()
    if "expired" in lower or "not yet current" in lower or "skew" in lower:
        return _clock(asked, said)
    why = f"the secret key of {asked.who} does not belong to its access key"
    return FailureKind.AUTH, why, f"put a valid pair of keys in its place, or: {asked.sign_in}"


def _clock(asked: Asked, said: str) -> Told:
    off = asked.clock_ahead_s
    side = "ahead of" if off is not None and off > 0 else "behind"
    wrong = "is wrong" if off is None else f"is {abs(off):.0f} s {side} that of AWS"
    return FailureKind.AUTH, f"AWS refused the signature: the clock of this machine {wrong}", "set the clock (NTP)"


def _no_keys(asked: Asked, said: str) -> Told:
    named = f"profile {asked.profile} has" if asked.profile else "there are"
    return FailureKind.AUTH, f"{named} no AWS credentials", f"{asked.sign_in}, or name a profile that has some"


def _half_a_key(asked: Asked, said: str) -> Told:
    missing = said.partition("missing: ")[2] or "one of the two"
    return FailureKind.AUTH, f"half a key: {asked.who} lacks {missing}", "put both keys there, or none"


def _no_profile(asked: Asked, said: str) -> Told:
    there = ", ".join(asked.profiles[:SHOWN_PROFILES]) or "none"
    more = f" and {len(asked.profiles) - SHOWN_PROFILES} more" if len(asked.profiles) > SHOWN_PROFILES else ""
    why = f"no profile {asked.profile} in ~/.aws/config or ~/.aws/credentials; there: {there}{more}"
    return FailureKind.AUTH, why, f"aws configure sso --profile {asked.profile}, or set profile in the campaign file"


def _no_region(asked: Asked, said: str) -> Told:
    return FailureKind.DATA, "no AWS region is set", 'set region in the campaign file, such as "ap-southeast-1"'


def _no_sign_on(asked: Asked, said: str) -> Told:
    return (
        FailureKind.AUTH,
        f"not logged in: the single sign-on of {asked.who} is missing or has expired",
        asked.sign_in,
    )


def _no_login(asked: Asked, said: str) -> Told:
    return FailureKind.AUTH, f"not logged in: {said}", asked.sign_in


def _no_temporary(asked: Asked, said: str) -> Told:
    return FailureKind.AUTH, f"no credentials to be had for {asked.who}: {said}", asked.sign_in


def _bad_files(asked: Asked, said: str) -> Told:
    return FailureKind.AUTH, f"the AWS configuration cannot be used: {said}", "mend ~/.aws/config"


def _throttled(asked: Asked, said: str) -> Told:
    return FailureKind.DOWN, f"AWS throttles {asked.action}: too many questions from this account", ""


def _unreachable(asked: Asked, said: str) -> Told:
    return FailureKind.DOWN, f"{asked.host or 'AWS'} cannot be reached", ""


def _no_connection(asked: Asked, said: str) -> Told:
    return FailureKind.DOWN, f"{asked.host or 'AWS'} did not take the connection in time", ""


def _too_late(asked: Asked, said: str) -> Told:
    return FailureKind.DOWN, f"{asked.host or 'AWS'} did not answer in time", ""


def _broken_off(asked: Asked, said: str) -> Told:
    return FailureKind.DOWN, f"{asked.host or 'AWS'} broke off before its answer was complete", ""


def _not_sent(asked: Asked, said: str) -> Told:
    return FailureKind.DOWN, f"{asked.host or 'AWS'} could not be asked: {said}", ""


def _tls(asked: Asked, said: str) -> Told:
    why = f"the certificate of {asked.host or 'AWS'} is not trusted, or something else answers there: {said}"
    return FailureKind.DOWN, why, "behind a proxy that opens TLS: set ca_bundle to its certificate"


def _proxy(asked: Asked, said: str) -> Told:
    return FailureKind.DOWN, "the proxy did not let the question to AWS through", "see to proxy or HTTPS_PROXY"


def _garbage(asked: Asked, said: str) -> Told:
    why = f"{asked.host or 'somebody'} answered with something that is not AWS: {said}"
    return FailureKind.DATA, why, "a network that wants a login first answers like that"


def _unreadable(asked: Asked, said: str) -> Told:
    return _garbage(asked, f"{asked.operation} cannot be read")


def _flood(asked: Asked, said: str) -> Told:
    return FailureKind.DOWN, f"{asked.host or 'AWS'} {said}", ""


def _no_such_thing(asked: Asked, said: str) -> Told:
    return FailureKind.DATA, f"AWS does not know what was asked for: {said}", "see to the ids in the campaign file"


def _bad_question(asked: Asked, said: str) -> Told:
    return FailureKind.DATA, f"{asked.operation} cannot be asked like that: {said}", ""


CODES: dict[str, Words] = {
    **dict.fromkeys(("ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"), _expired),
    **dict.fromkeys(
        ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "NotAuthorized", "OptInRequired"), _denied
    ),
    **dict.fromkeys(
        (
            *("InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId", "AuthFailure"),
            *("MissingAuthenticationToken", "MissingAuthenticationTokenException", "IncompleteSignature"),
        ),
        _bad_key,
    ),
    **dict.fromkeys(("SignatureDoesNotMatch", "InvalidSignatureException", "InvalidSignature"), _signature),
    **dict.fromkeys(("RequestExpired", "RequestTimeTooSkewed", "RequestInTheFuture"), _clock),
    **dict.fromkeys(
        (
            *("Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "RequestLimitExceeded"),
            *("TooManyRequestsException", "RequestThrottledException", "SlowDown", "BandwidthLimitExceeded"),
        ),
        _throttled,
    ),
    **dict.fromkeys(("TargetGroupNotFound", "LoadBalancerNotFound", "ResourceNotFoundException"), _no_such_thing),
    **dict.fromkeys(("UnauthorizedException", "ForbiddenException"), _no_sign_on),
}
"""By the code of AWS."""

TYPES: dict[str, Words] = {
    "NoCredentialsError": _no_keys,
    "PartialCredentialsError": _half_a_key,
    "ProfileNotFound": _no_profile,
    "NoRegionError": _no_region,
    **dict.fromkeys(("SSOError", "TokenRetrievalError", "NoAuthTokenError"), _no_sign_on),
    "LoginError": _no_login,
    **dict.fromkeys(
        ("CredentialRetrievalError", "MetadataRetrievalError", "RefreshWithMFAUnsupportedError", "RuntimeError"),
        _no_temporary,
    ),
    **dict.fromkeys(
        (
            *(
                "ConfigParseError",
                "ConfigNotFound",
                "InvalidConfigError",
                "UnknownCredentialError",
                "InvalidRegionError",
            ),
            *("MissingDependencyException", "InvalidEndpointConfigurationError"),
        ),
        _bad_files,
    ),
    "ConnectTimeoutError": _no_connection,
    "ReadTimeoutError": _too_late,
    "SSLError": _tls,
    "ProxyConnectionError": _proxy,
    "EndpointConnectionError": _unreachable,
    "ConnectionError": _unreachable,
    "ConnectionClosedError": _broken_off,
    "HTTPClientError": _not_sent,
    "Flood": _flood,
    "Garbage": _garbage,
    **dict.fromkeys(
        ("ResponseParserError", "KeyError", "UnicodeDecodeError", "AttributeError", "TypeError"), _unreadable
    ),
    **dict.fromkeys(
        ("ParamValidationError", "UnknownEndpointError", "ValueError", "EndpointProviderError"), _bad_question
    ),
    "OSError": _unreachable,
}
"""By the name of a type; the more special one wins by the order in which Python inherits."""
