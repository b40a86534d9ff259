"""The sentences about questions to AWS that failed: kind, why and the remedy, each for one thing that goes wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct

from evtui.domain.reading import FailureKind
from evtui.domain.trip import Exchange, Login

SHOWN_PROFILES = 6
"""Profiles that are named where the wanted one is missing: enough to see a slip of the pen."""

CLOCK_OFF = 60.0
"""Seconds between this machine's clock and AWS's from which the clock is blamed for a signature: AWS takes 5 minutes,
and what is off by less than one is off for a slow answer."""

IAM_NAMES = {"elbv2": "elasticloadbalancing"}
"""How policies call a service where the SDK calls it otherwise."""


BY_PROGRAM = "Error when retrieving credentials from custom-process:"
"""How the SDK begins to tell of a program for keys that failed; its own name for the way says nothing to anybody."""

UNPARSED = "Unable to parse config file: "
"""How the SDK names a file it cannot read: of the two, either may be meant."""

NAMELESS = ("Failed to resolve", "Name or service not known", "name resolution", "getaddrinfo failed")
"""Signs of a host that has no address: a slip of the pen in the region, or no network."""

NO_TLS = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG")
"""Signs of a server that speaks something else where TLS was to begin."""


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
    profiles: tuple[str, ...] = ()
    """Every profile there is."""
    status: int = 0
    """Of the last answer; 0: there was none."""
    headers: Mapping[str, str] = {}
    """Of the last answer; names are lower case."""
    login: Login | None = None
    exchange: Exchange | None = None
    clock_ahead_s: float | None = None
    """Seconds this machine's clock is ahead of AWS's; None: AWS said no time."""
    program: str = ""
    """The program that fetches the keys; empty: none does."""
    program_profile: str = ""
    """The profile where it stands: the one that was asked for, or one that this takes its keys from."""
    region: str = ""
    bundle: str = ""
    """File of the certificates to trust, where one is set."""

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
        if self.program:
            return f"see to credential_process of profile {self.program_profile} in ~/.aws/config"
        named = f" --profile {self.profile}" if self.profile else ""
        return (self.login.remedy if self.login is not None else "") or f"aws sso login{named}"


Sentence = tuple[FailureKind, str, str]
Words = Callable[[Asked, str], Sentence]


def expired(asked: Asked, said: str) -> Sentence:
    """Credentials that were good once."""
    return FailureKind.AUTH, f"the login of {asked.who} has expired", asked.sign_in


def denied(asked: Asked, said: str) -> Sentence:
    """The login is known, but not allowed this."""
    why = f"{asked.who} is not allowed to {asked.action}"
    return FailureKind.AUTH, why, "evtui check --iam prints the policy that is needed"


def refused(asked: Asked, said: str) -> Sentence:
    """Turned away, without a word that AWS has for it."""
    return FailureKind.AUTH, f"{asked.host or 'AWS'} refused {asked.who}: {said}", asked.sign_in


def bad_key(asked: Asked, said: str) -> Sentence:
    """A key nobody knows."""
    why = f"AWS does not know the access key of {asked.who}: it is wrong, or has been taken away"
    return FailureKind.AUTH, why, f"put a valid key in its place, or: {asked.sign_in}"


def signature(asked: Asked, said: str) -> Sentence:
    """A signature that does not fit: for the clock, or for the secret key."""
    off = asked.clock_ahead_s
    if off is not None and abs(off) >= CLOCK_OFF:
        return clock(asked, said)
    lower = said.lower()
    if "expired" in lower or "not yet current" in lower or "skew" in lower:
        return clock(asked, said)
    why = f"the secret key of {asked.who} does not belong to its access key"
    return FailureKind.AUTH, why, f"put a valid pair of keys in its place, or: {asked.sign_in}"


def clock(asked: Asked, said: str) -> Sentence:
    """A clock that is off by more than AWS allows."""
    off = asked.clock_ahead_s
    side = "ahead of" if off is not None and off > 0 else "behind"
    wrong = "is wrong" if off is None else f"is {abs(off):.0f} s {side} that of AWS"
    return FailureKind.AUTH, f"AWS refused the signature: the clock of this machine {wrong}", "set the clock (NTP)"


def no_keys(asked: Asked, said: str) -> Sentence:
    """No credentials anywhere."""
    named = f"profile {asked.profile} has" if asked.profile else "there are"
    return FailureKind.AUTH, f"{named} no AWS credentials", f"{asked.sign_in}, or name a profile that has some"


def half_a_key(asked: Asked, said: str) -> Sentence:
    """One of two keys."""
    missing = said.partition("missing: ")[2] or "one of the two"
    return FailureKind.AUTH, f"half a key: {asked.who} lacks {missing}", "put both keys there, or none"


def no_profile(asked: Asked, said: str) -> Sentence:
    """A profile that no file has."""
    there = ", ".join(asked.profiles[:SHOWN_PROFILES]) or "none"
    more = f" and {len(asked.profiles) - SHOWN_PROFILES} more" if len(asked.profiles) > SHOWN_PROFILES else ""
    why = f"no profile {asked.profile} in ~/.aws/config or ~/.aws/credentials; there: {there}{more}"
    return FailureKind.AUTH, why, f"aws configure sso --profile {asked.profile}, or set profile in the campaign file"


def no_region(asked: Asked, said: str) -> Sentence:
    """Nobody said which region."""
    return FailureKind.DATA, "no AWS region is set", 'set region in the campaign file, such as "ap-southeast-1"'


def no_sign_on(asked: Asked, said: str) -> Sentence:
    """The browser has to be asked again."""
    return (
        FailureKind.AUTH,
        f"not logged in: the single sign-on of {asked.who} is missing or has expired",
        asked.sign_in,
    )


def no_login(asked: Asked, said: str) -> Sentence:
    """The same, for `aws login`."""
    return FailureKind.AUTH, f"not logged in: {said}", asked.sign_in


def no_temporary(asked: Asked, said: str) -> Sentence:
    """Credentials that are fetched, and could not be."""
    if "still expired" in said:
        return expired(asked, said)
    if asked.program:
        why = said.removeprefix(BY_PROGRAM).strip() or "says nothing"
        return FailureKind.AUTH, f"{_program(asked)} gives no keys: {why}", asked.sign_in
    return FailureKind.AUTH, f"no credentials to be had for {asked.who}: {said}", asked.sign_in


def no_file(asked: Asked, said: str) -> Sentence:
    """A program that fetches keys, or a file that holds some, which cannot be used; `said` begins with its path."""
    path, _, trouble = said.partition(": ")
    if path == asked.program:
        return FailureKind.AUTH, f"{_program(asked)} {trouble}", asked.sign_in
    why = f"no credentials to be had for {asked.who}: {path} {trouble}"
    return FailureKind.AUTH, why, "see to ~/.aws/config and to the AWS_* variables"


def _program(asked: Asked) -> str:
    return f"the program {asked.program} of profile {asked.program_profile}"


def code_wanted(asked: Asked, said: str) -> Sentence:
    """A role behind a second factor."""
    return FailureKind.AUTH, f"{asked.who} wants a code, which is not asked for here", f"{asked.sign_in} asks for it"


def bad_files(asked: Asked, said: str) -> Sentence:
    """Files of the AWS CLI that contradict themselves or cannot be read."""
    file = said.partition(UNPARSED)[2] or "~/.aws/config"
    return FailureKind.AUTH, f"the AWS configuration cannot be used: {said}", f"mend {file}"


def throttled(asked: Asked, said: str) -> Sentence:
    """Too many questions."""
    return FailureKind.DOWN, f"AWS throttles {asked.action}: too many questions from this account", ""


def unreachable(asked: Asked, said: str) -> Sentence:
    """Nobody there, or nobody knows where that would be."""
    if not any(sign in said for sign in NAMELESS):
        return FailureKind.DOWN, f"{asked.host or 'AWS'} cannot be reached", ""
    why = f"{asked.host or 'AWS'} cannot be found: nobody knows the name"
    if asked.region and f".{asked.region}." in f".{asked.host}":
        return FailureKind.DOWN, why, f"see to region ({asked.region}), or to the network"
    return FailureKind.DOWN, why, "see to endpoint_url, or to the network"


def no_connection(asked: Asked, said: str) -> Sentence:
    """Nobody takes the connection."""
    return FailureKind.DOWN, f"{asked.host or 'AWS'} did not take the connection in time", ""


def too_late(asked: Asked, said: str) -> Sentence:
    """Nobody answers."""
    return FailureKind.DOWN, f"{asked.host or 'AWS'} did not answer in time", ""


def broken_off(asked: Asked, said: str) -> Sentence:
    """Half an answer."""
    return FailureKind.DOWN, f"{asked.host or 'AWS'} broke off before its answer was complete", ""


def not_sent(asked: Asked, said: str) -> Sentence:
    """Something on this machine kept the question from being sent."""
    return FailureKind.DOWN, f"{asked.host or 'AWS'} could not be asked: {said}", ""


def tls(asked: Asked, said: str) -> Sentence:
    """A certificate that is not trusted, or nothing to check it with."""
    if "No such file" in said:
        why = f"the file of certificates to trust is not there: {asked.bundle}".removesuffix(": ")
        return FailureKind.DOWN, why, "see to ca_bundle in the campaign file, or to AWS_CA_BUNDLE"
    if any(sign in said for sign in NO_TLS):
        why = f"{asked.host or 'AWS'} does not speak TLS on this port"
        return FailureKind.DOWN, why, "write http:// in endpoint_url, or the port that speaks TLS"
    why = f"the certificate of {asked.host or 'AWS'} is not trusted, or something else answers there: {said}"
    return FailureKind.DOWN, why, "behind a proxy that opens TLS: set ca_bundle to its certificate"


def proxy(asked: Asked, said: str) -> Sentence:
    """The way out is shut."""
    return FailureKind.DOWN, "the proxy did not let the question to AWS through", "see to proxy or HTTPS_PROXY"


def garbage(asked: Asked, said: str) -> Sentence:
    """Somebody else answers."""
    why = f"{asked.host or 'somebody'} answered with something that is not AWS: {said}"
    return FailureKind.DATA, why, "a network that wants a login first answers like that"


def unreadable(asked: Asked, said: str) -> Sentence:
    """An answer that the SDK cannot read; where none came, it is what the program for the keys printed."""
    if asked.program and not asked.status:
        return FailureKind.AUTH, f"{_program(asked)} printed what are no keys", asked.sign_in
    return garbage(asked, f"{asked.operation} cannot be read")


def flood(asked: Asked, said: str) -> Sentence:
    """An answer that does not end."""
    return FailureKind.DOWN, f"{asked.host or 'AWS'} {said}", ""


def no_such_thing(asked: Asked, said: str) -> Sentence:
    """An id that AWS does not know."""
    return FailureKind.DATA, f"AWS does not know what was asked for: {said}", "see to the ids in the campaign file"


def bad_question(asked: Asked, said: str) -> Sentence:
    """Parameters that the SDK or AWS does not take."""
    return FailureKind.DATA, f"{asked.operation} cannot be asked like that: {said}", ""


def odd_value(asked: Asked, said: str) -> Sentence:
    """A value that is not of its type: in the answer, where one came, else in the question."""
    still_without = asked.program and asked.login is None
    return unreadable(asked, said) if asked.status or still_without else bad_question(asked, said)
