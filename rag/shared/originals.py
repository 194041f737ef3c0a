"""Originals in an S3-compatible store, by content: `PREFIX/NAME/sha256/ab/abcdef…`.

What is put under a hash is compared with it before; what comes from there is not, since whoever shows it has to do so.
This module does not know which index names an original.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import timedelta
from itertools import chain, pairwise
from typing import IO

import obstore
from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import S3Store

from rag.errors import ConfigProblem, IndexUnreachable
from rag.shared.s3_address import S3Address
from rag.types import OriginalFile

__all__ = ["S3Originals"]

_AT_ONCE = 4  # uploads side by side
_PIECE = 8_000_000  # bytes of one request
_IN_MEMORY = 8_000_000  # bytes of a copy that is not written to the disk
_DELETED_AT_ONCE = 1000
_REFUSED = (PermissionDeniedError, UnauthenticatedError)
_HASH = re.compile(r"[0-9a-f]{64}")


class S3Originals:
    """An `OriginalStore` at an address; nothing is connected before it is used."""

    def __init__(self, address: S3Address) -> None:
        self._address = address
        keys = {"access_key_id": address.key, "secret_access_key": address.secret}
        token = {"token": address.token} if address.token else {}
        self._store = S3Store(
            address.bucket,
            prefix=address.prefix or None,
            endpoint=address.endpoint,
            region=address.region,
            virtual_hosted_style_request=False,
            skip_signature=False,
            client_options={
                "allow_http": address.endpoint.startswith("http:"),
                "connect_timeout": "5s",
                "timeout": "60s",
            },
            retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=20)},
            # Given so, nothing else is asked for keys: neither a file nor the network.
            credential_provider=lambda: {**keys, **token, "expires_at": None},  # type: ignore[arg-type]
        )

    @property
    def place(self) -> str:
        """As `OriginalStore` has it."""
        return self._address.shown

    def sizes(self, name: str) -> dict[str, int]:
        """As `OriginalStore` has it."""
        with self._told():
            found = [each for page in obstore.list(self._store, _folder(name)) for each in page]
        named = ((each["path"].rpartition("/")[2], each["size"]) for each in found)
        return {name: size for name, size in named if _HASH.fullmatch(name)}

    def put(self, name: str, files: Iterable[OriginalFile]) -> list[OriginalFile]:
        """As `OriginalStore` has it."""
        wanted = list(files)
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            done = list(threads.map(lambda one: self._put(name, one), wanted))
        return [one for one, put in zip(wanted, done, strict=True) if not put]

    def pieces(self, name: str, sha256: str) -> Iterator[bytes]:
        """As `OriginalStore` has it."""
        path = _path(name, sha256)
        with self._told():
            size = obstore.head(self._store, path)["size"]
            for start, end in pairwise(chain(range(0, size, _PIECE), [size])):
                yield bytes(obstore.get_range(self._store, path, start=start, end=end))

    def leftovers(self, name: str, named: Collection[str]) -> list[str]:
        """As `OriginalStore` has it."""
        return sorted(self.sizes(name).keys() - set(named))

    def remove_others(self, name: str, named: Collection[str]) -> list[str]:
        """As `OriginalStore` has it."""
        found = self.leftovers(name, named)
        for at in range(0, len(found), _DELETED_AT_ONCE):
            # Whether they are gone is not believed but looked at.
            with suppress(BaseError, OSError):
                obstore.delete(self._store, [_path(name, one) for one in found[at : at + _DELETED_AT_ONCE]])
        return self.leftovers(name, named) if found else []

    def _put(self, name: str, one: OriginalFile) -> bool:
        """Puts a copy whose hash is right, whatever becomes of the file meanwhile; False for other bytes."""
        with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as copy:
            try:
                with one.file.open("rb") as file:
                    right = _copied(file, copy) == one.sha256
            except (FileNotFoundError, PermissionError):
                right = False
            if right:
                copy.seek(0)
                with self._told():
                    obstore.put(self._store, _path(name, one.sha256), copy)
            return right

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turns the store's errors into ours. What it says itself may hold a key, and is not repeated."""
        place = self._address.shown
        try:
            yield
        except BaseError as error:
            if isinstance(error, _REFUSED) or " 403 " in str(error):  # a list that is refused has no class of its own
                raise ConfigProblem(
                    f"The store of originals at {place} refuses us.", "Correct its key, or what the key allows."
                ) from None
            if "NoSuchBucket" in str(error):
                raise ConfigProblem(
                    f"The bucket of the originals at {place} does not exist.", "Make it, or correct the address."
                ) from None
            raise IndexUnreachable(
                f"The store of originals at {place} cannot be reached.",
                "Start it again or wait until it is back, then try again: nothing is lost.",
            ) from None


def _copied(file: IO[bytes], copy: IO[bytes]) -> str:
    """Copies a file, and gives the SHA-256 of what was copied."""
    digest = hashlib.sha256()
    while piece := file.read(1 << 20):
        digest.update(piece)
        copy.write(piece)
    return digest.hexdigest()


def _folder(name: str) -> str:
    return f"{name}/sha256"


def _path(name: str, sha256: str) -> str:
    return f"{_folder(name)}/{sha256[:2]}/{sha256}"
