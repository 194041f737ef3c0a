"""Where originals are: `s3://bucket/prefix?region=…`, or `s3+https://[key:secret@]host[:port]/bucket/prefix`.

Keys come from the address or from the environment, from nowhere else: no file in the home is looked at, and no service
of the machine's network is asked for them. No message names a key.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit

from rag.errors import ConfigProblem

__all__ = ["S3Address"]

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PREFIX = re.compile(r"[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*")
_REGION = re.compile(r"[a-z0-9-]{1,40}")
_SHAPE = "s3://bucket/prefix?region=…, or s3+https://[key:secret@]host[:port]/bucket/prefix"
_KEY, _SECRET, _TOKEN = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"


@dataclass(frozen=True, slots=True)
class S3Address:
    """A prefix in a bucket, and who we are there. `shown` never holds a key."""

    endpoint: str
    region: str
    bucket: str
    prefix: str
    shown: str
    key: str = field(repr=False)
    secret: str = field(repr=False)
    token: str = field(repr=False)

    @classmethod
    def parse(cls, setting: str) -> S3Address:
        """Raises ConfigProblem, which says what is wrong without saying the address."""
        try:
            parts = urlsplit(setting)
            port, options = parts.port, parse_qs(parts.query, strict_parsing=bool(parts.query))
        except ValueError:
            raise _wrong("cannot be read") from None
        if parts.scheme not in ("s3", "s3+http", "s3+https") or not parts.hostname or parts.fragment:
            raise _wrong("cannot be read")
        if parts.netloc.count("@") > 1 or set(options) - {"region"}:
            raise _wrong("has a / or an @ within key or secret (write %2F and %40), or an option other than region")
        amazon, path = parts.scheme == "s3", parts.path.strip("/")
        bucket, _, prefix = (parts.hostname + "/" + path if amazon else path).partition("/")
        region = options.get("region", ["" if amazon else "us-east-1"])[0]
        if not _BUCKET.fullmatch(bucket) or (prefix and not _PREFIX.fullmatch(prefix)) or ".." in prefix:
            raise _wrong("names no bucket, or has other than letters, digits, _ . - in the prefix")
        if not _REGION.fullmatch(region) or (amazon and port):
            raise _wrong("names no region, which a bucket at Amazon needs (?region=eu-central-1)")
        host = f"s3.{region}.amazonaws.com" if amazon else parts.netloc.rpartition("@")[2]
        kind = "http" if parts.scheme == "s3+http" else "https"
        shown = "/".join(filter(None, [f"{parts.scheme}:/", "" if amazon else host, bucket, prefix]))
        return cls(f"{kind}://{host}", region, bucket, prefix, shown, *_keys(parts.username, parts.password, shown))


def _keys(key: str | None, secret: str | None, shown: str) -> tuple[str, str, str]:
    if key and secret:
        return unquote(key), unquote(secret), ""
    found = os.environ.get(_KEY, ""), os.environ.get(_SECRET, ""), os.environ.get(_TOKEN, "")
    if key or secret or not all(found[:2]):
        raise ConfigProblem(
            f"There is no key for the originals at {shown}.",
            f"Write key:secret@ before the host, or set {_KEY} and {_SECRET}. They are looked for nowhere else.",
        )
    return found


def _wrong(what: str) -> ConfigProblem:
    return ConfigProblem(f"The address of the originals {what}.", f"Write it so: {_SHAPE}")
