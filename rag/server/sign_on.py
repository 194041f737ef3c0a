"""How people sign in where no users' file says who they are: a proxy in front names them, or an OpenID provider does.

This module does not know requests: it is read before the web server is.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import NamedTuple
from urllib.parse import urlsplit

from rag.errors import ConfigProblem
from rag.server.addresses import LOOPBACK, is_loopback

__all__ = ["FROM_PROXY", "PROXIES", "HeaderSignOn", "OpenIdSignOn", "SignOn", "SignedIn", "check_sign_on", "is_secure"]

FROM_PROXY = "from_proxy"  # in the scope of a request: whether a proxy that is believed has sent it
PROXIES = "FORWARDED_ALLOW_IPS"  # addresses and networks of proxies, as uvicorn reads them
_HEADER = re.compile(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*")
_NOT_OF_PROXIES = re.compile(
    r"(accept|content|sec|x-forwarded|if)-.*|accept|authorization|connection|cookie|forwarded|host|origin|referer|"
    r"user-agent",
    re.IGNORECASE,
)


class SignedIn(NamedTuple):
    """Who asks, and the groups that they are in as whoever signed them in says."""

    name: str
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HeaderSignOn:
    """A proxy signs people in and names them in `header`, their groups in `groups_header`, separated by commas."""

    header: str
    groups_header: str = ""


@dataclass(frozen=True, slots=True)
class OpenIdSignOn:
    """An OpenID provider signs people in. Without `name_claim` the first of the usual claims that an account has is
    its name. With `group` only who is in it may come in.
    """

    issuer: str
    client: str
    secret: str = field(default="", repr=False)
    name_claim: str = ""
    groups_claim: str = "groups"
    group: str = ""


SignOn = HeaderSignOn | OpenIdSignOn


def check_sign_on(sign_on: SignOn | None, host: str) -> None:
    """Raises ConfigProblem for a way of signing in that cannot work, or would let anybody in."""
    if isinstance(sign_on, HeaderSignOn):
        _check_header(sign_on, host)
    elif sign_on is not None:
        _check_provider(sign_on)


def _check_header(sign_on: HeaderSignOn, host: str) -> None:
    if not sign_on.header:
        raise ConfigProblem("sign_on_groups_header is set without sign_on_header.", "Set both, or neither.")
    for name in filter(None, (sign_on.header, sign_on.groups_header)):
        if not _HEADER.fullmatch(name) or _NOT_OF_PROXIES.fullmatch(name):
            raise ConfigProblem(
                f"{name!r} cannot be the header in which a proxy names people.",
                'Use one that only the proxy sends: sign_on_header = "X-Remote-User"',
            )
    if sign_on.header.lower() == sign_on.groups_header.lower():
        raise ConfigProblem("Names and groups cannot come in the same header.", "Change sign_on_groups_header.")
    proxies = os.environ.get(PROXIES, "").strip()
    if not is_loopback(host) and proxies in ("", "*"):
        raise ConfigProblem(
            f"Whoever reaches {host} could send the header {sign_on.header} and be anybody.",
            f"Leave --host out where the proxy runs on this machine, or name the proxy: {PROXIES}=10.0.0.2",
        )


def _check_provider(sign_on: OpenIdSignOn) -> None:
    if not is_secure(sign_on.issuer) or not {"?", "#"}.isdisjoint(sign_on.issuer):
        raise ConfigProblem(
            f"oidc_issuer is not an https address: {sign_on.issuer!r}.",
            'Write it as the provider gives it: oidc_issuer = "https://login.example.org/realms/team"',
        )
    if not sign_on.client:
        raise ConfigProblem("oidc_client is missing.", "Set it to the client id that the provider gave to this page.")
    if find_spec("authlib") is None:
        raise ConfigProblem("Signing in by OpenID Connect is not installed.", "pip install 'footnote-rag[oidc]'")


def is_secure(address: str) -> bool:
    """Whether nobody on the way can read or change what is sent to an address: by TLS, or on this machine."""
    try:
        parts = urlsplit(address)
        name, _ = parts.hostname, parts.port
    except ValueError:
        return False
    there = parts.scheme == "https" or (parts.scheme == "http" and name in LOOPBACK)
    return bool(name) and there and parts.username is None
