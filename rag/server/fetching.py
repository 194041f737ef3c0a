"""Fetches a page or a file that a person names by its address, from the public network and nowhere else.

An address is looked up once, refused where any of what it means is this machine or a private network, and what was
looked up is what is spoken to, after each redirect as well: a name that means something else a moment later reaches
nothing. No cookies, no proxy of the environment. This module does not know what becomes of what was fetched.
"""

from __future__ import annotations

import asyncio
import mimetypes
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import unquote

from rag.errors import SourceError, SourceLimit, UnreadableSource
from rag.parsing import supported

if TYPE_CHECKING:
    import httpx2

__all__ = ["FETCHED_BYTES", "FETCH_REDIRECTS", "FETCH_SECONDS", "Fetched", "Fetcher", "is_public"]

FETCHED_BYTES = 20_000_000  # of what an address gives
FETCH_SECONDS = 20.0  # until all of it is there
FETCH_REDIRECTS = 5  # from one address to the next

IPAddress: TypeAlias = IPv4Address | IPv6Address
Resolve: TypeAlias = Callable[[str, int], Awaitable[Sequence[IPAddress]]]

_TRANSLATED = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))  # IPv4 behind a gateway, whichever
_KINDS = {"text/html": ".html", "application/xhtml+xml": ".html", "text/plain": ".txt", "text/markdown": ".md"}
_LONG = 100  # characters of a name
_SPARE = "Save the file yourself, and add it."


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address gave: under `path` in the sources, `content`, from `address` after all redirects."""

    path: str
    address: str
    content: bytes


def is_public(address: IPAddress) -> bool:
    """Whether an address belongs to the public network, also where it is written inside of another one."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is not None:
            return is_public(inner)
        if any(address in network for network in _TRANSLATED):
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


async def looked_up(host: str, port: int) -> Sequence[IPAddress]:
    """What a name means, as the machine's own resolver has it. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [ip_address(str(each[4][0]).partition("%")[0]) for each in found]


@dataclass(frozen=True, slots=True)
class Fetcher:
    """How names are looked up, which addresses may be spoken to, and whose certificates are believed."""

    resolve: Resolve = looked_up
    allowed: Callable[[IPAddress], bool] = is_public
    trust: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    async def fetch(self, address: str) -> Fetched:
        """What an address gives. Raises SourceError for one that may not be read or gives nothing that can be, and
        SourceLimit where it gives too much or takes too long.
        """
        import httpx2

        try:
            async with asyncio.timeout(FETCH_SECONDS):
                return await self._followed(address)
        except TimeoutError:
            raise SourceLimit(f"The address did not answer in full within {FETCH_SECONDS:g} seconds.", _SPARE) from None
        except (httpx2.HTTPError, OSError) as error:
            raise UnreadableSource(f"The address cannot be reached: {error or type(error).__name__}.", _SPARE) from None

    async def _followed(self, address: str) -> Fetched:
        for _ in range(FETCH_REDIRECTS + 1):
            found = await self._given(address)
            if isinstance(found, Fetched):
                return found
            address = found
        raise UnreadableSource(f"The address redirects more than {FETCH_REDIRECTS} times.", _SPARE)

    async def _given(self, address: str) -> Fetched | str:
        """What an address gives, or the one that it leads on to."""
        import httpx2

        url = _checked(address)
        spoken_to = await self._public(url)
        headers = {"host": url.netloc.decode("ascii"), "user-agent": "Footnote", "accept": "*/*"}
        names = {"sni_hostname": url.raw_host.decode("ascii")}
        client = httpx2.AsyncClient(trust_env=False, follow_redirects=False, timeout=FETCH_SECONDS, verify=self.trust)
        async with client:
            asked = client.build_request("GET", url.copy_with(host=str(spoken_to)), headers=headers, extensions=names)
            answer = await client.send(asked, stream=True)
            try:
                if answer.has_redirect_location:
                    return str(url.join(answer.headers["location"]))
                if answer.status_code != 200:
                    raise UnreadableSource(f"The address answers with {answer.status_code}.", "Check the address.")
                kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
                return Fetched(_path(url, kind), str(url), await _content(answer))
            finally:
                await answer.aclose()

    async def _public(self, url: httpx2.URL) -> IPAddress:
        """The address that a name means. Raises SourceError where anything it means is not to be read."""
        host = url.raw_host.decode("ascii").strip("[]")
        try:
            found = await self.resolve(host, url.port or (443 if url.scheme == "https" else 80))
        except (OSError, ValueError):
            found = ()
        if not found:
            raise UnreadableSource(f"There is no {host}.", "Check the address.")
        if not all(map(self.allowed, found)):
            raise SourceError(
                f"{host} is this machine or belongs to a private network, which is not read.", "Add the file itself."
            )
        return found[0]


def _checked(address: str) -> httpx2.URL:
    """The address taken apart. Raises SourceError unless it is one of the web without a name and password in it."""
    import httpx2

    try:
        url = httpx2.URL(address.strip())
    except (httpx2.InvalidURL, ValueError):
        raise SourceError(
            "This is not an address.", "Write it as the browser shows it: https://example.org/page"
        ) from None
    if url.scheme not in ("http", "https") or not url.host or url.userinfo:
        raise SourceError(
            "Only addresses that begin with https:// or http:// are read, without a name and password.",
            "Write it as the browser shows it: https://example.org/page",
        )
    return url


async def _content(answer: httpx2.Response) -> bytes:
    content = bytearray()
    async for piece in answer.aiter_bytes():
        content += piece
        if len(content) > FETCHED_BYTES:
            raise SourceLimit(f"The address returns more than {FETCHED_BYTES // 1_000_000} MB.", _SPARE)
    return bytes(content)


def _path(url: httpx2.URL, kind: str) -> str:
    """Where it is kept: "web/HOST/NAME 2026-11-30.html", the kind told by what the server says of it."""
    name = unquote(url.path).rstrip("/").rpartition("/")[2] or "index"
    stem, dot, end = name.rpartition(".")
    if kind in _KINDS and not (kind == "text/plain" and dot and supported(name)):
        end = _KINDS[kind]
        stem = stem if dot and supported(name) else name
    elif dot and supported(name):
        end = f".{end}"
    else:
        stem, end = name, mimetypes.guess_extension(kind) or ""
    day = datetime.now(UTC).date().isoformat()
    return f"web/{url.host}/{stem[:_LONG].strip()} {day}{end}"
