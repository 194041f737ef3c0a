"""Under which names the page is asked for: this machine's own, and the public address of a proxy in front of it.

A name that nobody set is refused even for reading: another site's name that is made to point here would have the
browser hand that site our answers. An address in digits cannot be pointed elsewhere. This module does not know what is
asked or answered.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from rag.errors import ConfigProblem

__all__ = ["LOOPBACK", "PublicUrl", "ServedNames", "is_loopback", "parse_public_url"]

LOOPBACK = ("localhost", "127.0.0.1", "::1")
_PORTS = {"http": 80, "https": 443}
_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)*")
_OWN = ("page", "gradio_api")  # first parts of our own paths, which a path in front of them could not be told from


@dataclass(frozen=True, slots=True)
class PublicUrl:
    """The address that people type where a proxy stands in front: scheme, name with its port, path without an end
    slash ("" for none).
    """

    scheme: str
    host: str
    path: str

    @property
    def origin(self) -> str:
        """What a browser sends as `Origin` from a page there."""
        return f"{self.scheme}://{self.host}"

    def __str__(self) -> str:
        return f"{self.origin}{self.path}"


@dataclass(frozen=True, slots=True)
class ServedNames:
    """The names under which a page bound to `bound` is served, and the public address in front of it, if any."""

    bound: str
    public: PublicUrl | None = None

    def serves(self, host: str) -> bool:
        """Whether a `Host` header names the page."""
        name = _name_of(host)
        if self.public is not None and (_with_port(self.public.scheme, host) == self.public.host):
            return True
        if is_loopback(self.bound):
            return name in (*LOOPBACK, self.bound.lower())
        return name in _own_names() or name == self.bound.lower() or _is_address(name)

    def is_own(self, origin: str, host: str) -> bool:
        """Whether an `Origin` header is that of the page itself, asked for as `host`."""
        scheme, _, sent = origin.lower().partition("://")
        if self.public is not None:
            if f"{scheme}://{_with_port(scheme, sent)}" == self.public.origin:
                return True
            if _with_port(self.public.scheme, host) == self.public.host:
                return False  # the same name by another scheme is another page
        return scheme in _PORTS and sent == host.lower()

    def inner_path(self, path: str) -> str | None:
        """A path behind that of the public address; None for one that does not begin with it."""
        if self.public is None or not self.public.path or not path.startswith(f"{self.public.path}/"):
            return None
        return path.removeprefix(self.public.path)


def parse_public_url(url: str) -> PublicUrl | None:
    """The public address that a setting names; None for an empty setting. Raises ConfigProblem."""
    if not url:
        return None
    hint = 'Write it as the browser shows it: public_url = "https://docs.example.org/footnote"'
    try:
        parts = urlsplit(url)
        name, port = (parts.hostname or "").lower(), parts.port
    except ValueError as error:
        raise ConfigProblem(f"public_url is not an address: {url}.", hint) from error
    if parts.scheme not in _PORTS or not name or parts.query or parts.fragment or parts.username is not None:
        raise ConfigProblem(f"public_url is not the address of a page: {url}.", hint)
    path = parts.path.rstrip("/")
    if not _PATH.fullmatch(path) or not {".", ".."}.isdisjoint(path.split("/")):
        raise ConfigProblem(f"The path of public_url may have letters, digits and . _ ~ - only: {path}.", hint)
    if path.split("/")[1:2] and path.split("/")[1] in _OWN:
        raise ConfigProblem(
            f"The path of public_url may not begin with /{path.split('/')[1]}.", "The program has paths of that name."
        )
    shown = f"[{name}]" if ":" in name else name
    return PublicUrl(parts.scheme, _with_port(parts.scheme, f"{shown}:{port}" if port else shown), path)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a page bound to `host`."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _own_names() -> frozenset[str]:
    """The names of this machine, as it knows them without asking the network."""
    full = socket.gethostname().lower()
    short = full.partition(".")[0]
    return frozenset({"localhost", full, short, f"{short}.local"})


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _with_port(scheme: str, host: str) -> str:
    """A `Host` in small letters, without the port that its scheme has anyway."""
    return host.lower().removesuffix(f":{_PORTS.get(scheme, 0)}").rstrip(".")


def _name_of(host: str) -> str:
    """`name` of `name:port`, brackets off."""
    return re.sub(r":\d+$", "", host).strip("[]").lower().rstrip(".")
