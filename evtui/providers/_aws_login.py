"""In whose name AWS is asked and for how long, told from what the SDK found; holds no secret and asks nobody.

Works on plain facts (`Found`), so that it needs no SDK: the door fills them in.
"""

from __future__ import annotations

import hashlib
import json
import shlex
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from evtui.domain.trip import Login
from evtui.redact import admit

DEFAULT_PROFILE = "default"
"""What the AWS CLI calls the profile that nobody named."""

CHAIN = 5
"""Profiles followed from one to the next by `source_profile`: a longer chain is a circle."""

WHO_LIMIT = 80
"""Characters of a profile's name that are shown."""

PATH_LIMIT = 120
"""Characters of the path of a program or a file that are shown."""

RENEWED_BY_SDK = frozenset(
    {"iam-role", "container-role", "assume-role", "assume-role-with-web-identity", "custom-process"}
)
"""Ways to have credentials that the SDK renews without anybody's help, by the name it gives them."""

IN_FILES = frozenset({"shared-credentials-file", "config-file"})
"""Keys that stand in `~/.aws/credentials` or `~/.aws/config`."""

END_KEYS = ("aws_expiration", "expiration", "x_security_token_expires", "aws_session_expiration")
"""Where programs that fetch keys for a profile note when they end; the SDK itself takes no notice of any of them."""

PLACES = {"iam-role": "instance profile", "container-role": "container role", "env": "environment"}
"""What a way that needs no profile is called."""


class Found(Struct, frozen=True):
    """What the SDK knows of the credentials it uses."""

    profile: str = ""
    """The profile that was asked for, by the campaign file or the environment; empty: none was."""
    method: str = ""
    """The SDK's name of the way, such as `sso`; empty: it found no credentials."""
    expires: datetime | None = None
    """When the credentials at hand end; None: they do not say."""
    temporary: bool = False
    """Whether they come with a session token, so that they end at some time."""
    profiles: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """The profiles of the files, as they stand there."""
    sso_sessions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    home: str = ""
    """Folder above `.aws/sso/cache`."""
    region: str = ""
    bundle: str = ""
    """File of the certificates to trust, where one is set."""


def found_in(session: Any, credentials: Any) -> Found:
    """What a session of the SDK and its credentials say of themselves; the time of their end has no public name."""
    expires: datetime | None = getattr(credentials, "_expiry_time", None)
    files = session.full_config
    profiles = files.get("profiles", {})
    # the SDK tells nothing of a profile that is not there, not even what does not hang on it
    known = not session.profile or session.profile in profiles
    return Found(
        session.profile or "",
        getattr(credentials, "method", None) or "",
        expires,
        temporary=hasattr(credentials, "_expiry_time") or bool(getattr(credentials, "token", None)),
        profiles=profiles,
        sso_sessions=files.get("sso_sessions", {}),
        home=str(Path.home()),
        region=admit(session.get_config_variable("region"), WHO_LIMIT) if known else "",
        bundle=admit(session.get_config_variable("ca_bundle"), PATH_LIMIT) if known else "",
    )


def keys_of(credentials: Any) -> tuple[str, ...] | None:
    """Access key and token of keys that do not renew themselves, none where there are none; None for others."""
    if credentials is None:
        return ()
    if hasattr(credentials, "_expiry_time"):
        return None
    return credentials.access_key, credentials.token or ""


def stamp_of(session: Any) -> tuple[tuple[int, int], ...]:
    """When the session's files were last written, and their sizes: whether somebody has changed them since."""
    stamps = []
    for variable in ("config_file", "credentials_file"):
        try:
            status = Path(session.get_config_variable(variable)).expanduser().stat()
        except OSError:
            stamps.append((0, 0))
        else:
            stamps.append((status.st_mtime_ns, status.st_size))
    return tuple(stamps)


def login_of(found: Found) -> Login:
    """Whose login it is and when a person has to see to it again."""
    profile = admit(found.profile or DEFAULT_PROFILE, WHO_LIMIT)
    session = sso_session(found)
    if session is not None:
        ends, renews = _token_end(session, found.home)
        way = "sso" if found.method in ("", "sso") else f"{admit(found.method, WHO_LIMIT)} by sso"
        return Login(f"profile {profile} ({way})", ends, renews, f"aws sso login --profile {profile}")
    if found.method in PLACES and not (found.method == "env" and found.profile):
        return _place(found)
    if found.method == "login":
        return Login(f"profile {profile} (login)", found.expires, True, f"aws login --profile {profile}")
    if found.method == "assume-role" and "mfa_serial" in found.profiles.get(found.profile or DEFAULT_PROFILE, {}):
        return Login(f"profile {profile} (assume-role with a code)", found.expires, False, code_command(profile))
    if found.method in RENEWED_BY_SDK:
        return Login(f"profile {profile} ({found.method})", found.expires, True)
    if found.method in IN_FILES:
        ends = found.expires or _written_end(found)
        kind = "temporary keys" if found.temporary else "keys"
        remedy = f"put new keys of profile {profile} into ~/.aws/credentials" if found.temporary else ""
        return Login(f"profile {profile} ({kind})", ends, False, remedy)
    return Login(f"profile {profile}", found.expires, False)


def code_command(profile: str) -> str:
    """What has the CLI ask for the code and keep the role; it does nothing else."""
    return f"aws sts get-caller-identity --profile {profile}"


def sso_session(found: Found) -> Mapping[str, Any] | None:
    """Settings of the single sign-on that the profile, or the one it takes its credentials from, goes through."""
    name = found.profile or DEFAULT_PROFILE
    if found.method in PLACES:
        return None
    for _ in range(CHAIN):
        profile = found.profiles.get(name, {})
        if "sso_session" in profile or "sso_start_url" in profile:
            shared = found.sso_sessions.get(str(profile.get("sso_session")), {})
            return {**profile, **shared}
        if "source_profile" not in profile:
            return None
        name = str(profile["source_profile"])
    return None


def program_of(found: Found) -> tuple[str, str]:
    """The program that fetches the keys (`credential_process`), without its arguments, and the profile where it stands;
    both empty: none does."""
    if found.method not in ("", "custom-process", "assume-role") or sso_session(found) is not None:
        return "", ""
    name = found.profile or DEFAULT_PROFILE
    for _ in range(CHAIN):
        profile = found.profiles.get(name, {})
        written = profile.get("credential_process")
        if written is not None:
            return admit(_first_word(str(written)) or "(empty)", PATH_LIMIT), admit(name, WHO_LIMIT)
        if "source_profile" not in profile or profile["source_profile"] == name:
            break
        name = str(profile["source_profile"])
    return "", ""


def _first_word(command: str) -> str:
    try:
        words = shlex.split(command)
    except ValueError:  # a quotation that nobody closes
        words = command.split()
    return words[0] if words else ""


def _place(found: Found) -> Login:
    where = PLACES[found.method]
    if found.method != "env":
        return Login(where, found.expires, True)
    if not found.temporary:
        return Login(where)
    return Login(
        f"{where} (temporary keys)", found.expires, False, "set new AWS_* variables and start again, or name a profile"
    )


def _token_end(session: Mapping[str, Any], home: str) -> tuple[datetime | None, bool]:
    """When the token of a sign-on ends, as the CLI's cache has it, and whether the SDK can renew it by itself."""
    key = str(session.get("sso_session") or session.get("sso_start_url") or "")
    name = hashlib.sha1(key.encode(), usedforsecurity=False).hexdigest()
    try:
        token = json.loads((Path(home) / ".aws" / "sso" / "cache" / f"{name}.json").read_bytes())
    except (OSError, ValueError):
        return None, False
    if not isinstance(token, dict):
        return None, False
    return moment(token.get("expiresAt")), bool(session.get("sso_session")) and bool(token.get("refreshToken"))


def _written_end(found: Found) -> datetime | None:
    profile = found.profiles.get(found.profile or DEFAULT_PROFILE, {})
    return next((end for key in END_KEYS if (end := moment(profile.get(key))) is not None), None)


def moment(written: object) -> datetime | None:
    """A time as the CLI and its kin write it (ISO 8601, or ended by `UTC`), aware, UTC; None where it is none."""
    text = str(written or "").strip().removesuffix("UTC").removesuffix(" ")
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    return read.replace(tzinfo=read.tzinfo or UTC).astimezone(UTC)
