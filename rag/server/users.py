"""The file of users: a name and the hash of a password on each line, read again whenever it has changed.

A line is `name:scrypt$n$r$p$salt$hash`, salt and hash in base64; `rag password NAME` makes one, and of several lines of
one name the last counts. Hashes are scrypt's (RFC 7914) from the standard library. This module does not know sessions.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import secrets
from collections.abc import Mapping
from hmac import compare_digest
from pathlib import Path

from rag.errors import ConfigProblem

__all__ = ["UsersFile", "is_user_name", "password_matches", "read_users", "users_file_line"]

_N, _R, _P = 2**15, 8, 1  # 32 MB and about a tenth of a second for each try
_LONGEST = 256  # characters of a name

_log = logging.getLogger(__name__)


def is_user_name(name: str) -> bool:
    """Whether somebody, or a group, may be called so, whoever names them: `@` begins groups, and `*` is everybody."""
    return (
        0 < len(name) <= _LONGEST
        and name.isprintable()
        and name == name.strip()
        and ":" not in name
        and not name.startswith(("#", "@"))
        and name != "*"
    )


def users_file_line(name: str, password: str) -> str:
    """The line of the users' file for somebody. Raises ConfigProblem for a name or a password that will not do."""
    if not is_user_name(name):
        raise ConfigProblem(
            "A user name may not contain a colon, begin with # or @, be *, or have stray spaces.",
            "Choose another name.",
        )
    if len(password) < 8:
        raise ConfigProblem("The password is shorter than 8 characters.", "Choose a longer one.")
    salt = secrets.token_bytes(16)
    key = _derived(password, salt, _N, _R, _P)
    return f"{name}:scrypt${_N}${_R}${_P}${base64.b64encode(salt).decode()}${base64.b64encode(key).decode()}"


def read_users(file: Path) -> dict[str, str]:
    """Name -> hash. Raises ConfigProblem where the file cannot be read, or a line is none of ours."""
    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigProblem(f"The users' file {file} cannot be read: {error}.", "Check --auth.") from error
    users: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        name, _, kept = line.strip().partition(":")
        try:
            _parts(kept)
        except ValueError as error:
            raise ConfigProblem(
                f"Line {number} of {file} is not a user.", "Create the line with: rag password NAME"
            ) from error
        users[name] = kept
    if not users:
        raise ConfigProblem(f"The users' file {file} contains no users.", "Add a line with: rag password NAME")
    return users


class UsersFile:
    """Who is in the file now. While it cannot be read, those who were in it last. Raises as `read_users` does."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._stamp = self._stamped()
        self._users = read_users(file)

    def current(self) -> Mapping[str, str]:
        """Name -> hash, as the file has them now."""
        stamp = self._stamped()
        if stamp != self._stamp:
            self._stamp = stamp
            try:
                self._users = read_users(self._file)
            except ConfigProblem as problem:
                _log.warning("The users stay as they were: %s", problem.message)
        return self._users

    def _stamped(self) -> tuple[int, int, int] | None:
        try:
            stat = self._file.stat()
        except OSError:
            return None
        return stat.st_ino, stat.st_size, stat.st_mtime_ns


def password_matches(password: str, kept: str) -> bool:
    """Whether a password belongs to a hash, in constant time."""
    n, r, p, salt, key = _parts(kept)
    return compare_digest(_derived(password, salt, n, r, p), key)


def _derived(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=n, r=r, p=p, maxmem=256 * n * r, dklen=32)


def _parts(kept: str) -> tuple[int, int, int, bytes, bytes]:
    kind, n, r, p, salt, key = kept.split("$")
    if kind != "scrypt" or not 2**14 <= int(n) <= 2**20 or int(n) & (int(n) - 1):
        raise ValueError(kind)
    return int(n), int(r), int(p), base64.b64decode(salt, validate=True), base64.b64decode(key, validate=True)
