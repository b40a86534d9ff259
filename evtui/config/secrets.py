"""What to write instead of a secret, by the provider of the table it stands in: only what that one understands."""

from __future__ import annotations

import re

from evtui.config.keypath import Path

_OVER_HTTP = frozenset({"http", "prometheus", "grafana"})
_ON_AWS = frozenset({"autoscaling", "cloudwatch", "elb"})
_PLACEHOLDER = re.compile(r"[A-Za-z0-9-]{1,40}")


def instead(provider: str, path: Path) -> str:
    """What to do about a secret at `path`, below the table of its source; `provider` as that table names it."""
    return f"secrets do not belong in this file; {_way(provider, path)}"


def _way(provider: str, path: Path) -> str:
    keys = [part for part in path if isinstance(part, str)]
    first, last = keys[0] if keys else "", keys[-1] if keys else ""
    if provider in _OVER_HTTP:
        if first == "proxy":
            return "a proxy that wants a password cannot be used: name one without"
        return f"put it into an environment variable and write `auth = {{ {_of_header(first, last)} }}`"
    if provider in _ON_AWS:
        if first == "proxy":
            return "leave proxy out and set HTTPS_PROXY before the start"
        return 'keep it in ~/.aws and write `profile = "NAME"`'
    if provider == "sql":
        if last in ("url_env", "url_file"):
            what = "an environment variable" if last == "url_env" else "a file"
            return f"{last} takes the name of {what} that holds the address, not the address"
        return 'put the whole address into an environment variable and write `url_env = "NAME"`, or url_file'
    if provider == "command":
        return 'put it into an environment variable and write `pass_env = ["NAME"]`: the program finds it there'
    return "put it into an environment variable, and name that one in the key the provider has for it"


def _of_header(first: str, last: str) -> str:
    """The keys of `auth`: a bearer token needs no more than `env`, any other header its name."""
    if first in ("headers", "query") and last.casefold() not in ("authorization", "authorization_env"):
        name = re.sub(r"_(?:env|file|command)$", "", last) if first == "headers" else ""
        return f'env = "NAME", header = "{name if _PLACEHOLDER.fullmatch(name) else "X-Api-Key"}"'
    return 'env = "NAME"'


def what_it_holds(value: str) -> str:
    """What a text that carries a secret holds, in words."""
    if re.search(r"://[^\s/?#@]*:[^\s/@]*@", value):
        return "a user name and a password"
    return "a password" if re.search(r"(?i)(?:password|pwd)\s*=", value) else "a token or a key"
