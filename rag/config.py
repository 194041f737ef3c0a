"""The settings, few and frozen: defaults < `rag.toml` in the working folder < environment (`FOOTNOTE_…`) < flags.

This module does not know what the settings do; the rooms below take plain arguments.
"""

from __future__ import annotations

import hashlib
import os
import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from rag.errors import ConfigProblem
from rag.shared import Address, S3Address, is_address

__all__ = ["Config", "cache_folder", "config_of_collection", "load_config"]

FILE = "rag.toml"
_PREFIX = "FOOTNOTE_"
_OF_A_SERVER = (
    "sources",
    "index",
    "database",
    "lenses",
    "originals",
    "host",
    "public_url",
    "allow_urls",
    "feedback",
    "collections",
    "port",
    "workers",
    "cluster",
    "metrics",
)

_NOT_SHARED = {"database": "", "originals": ""}


class Config(BaseModel):
    """All settings. `model` is the bundled encoder, a folder, or a name on the hub (which is then looked up there)."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    sources: Path = Path("sources")
    index: Path = Path("index")  # given as "postgresql://…#…": the folder of this machine that goes with it
    database: str = Field("", repr=False)  # that address; or given by itself, beside a folder in `index`
    lenses: str = Field("", repr=False)  # "milvus://host:19530", where that searches; empty: in the folder of the index
    originals: str = Field("", repr=False)  # "s3+https://…" or "s3://…": the store of the files that were indexed
    model: str = "all-MiniLM-L6-v2"
    device: str | None = None  # as torch names it; None: the best there is
    chunk_tokens: int = Field(200, ge=32, le=2000)
    overlap_sentences: int = Field(1, ge=0, le=5)
    ocr_languages: str = Field("eng", pattern=r"^[A-Za-z_]+(\+[A-Za-z_]+)*$")  # tesseract's codes, joined by +
    page_seconds: float = Field(60.0, gt=0, le=3600)  # of the processor, for reading a file or one page of a PDF
    risk: float = Field(0.15, ge=0.01, le=1)  # share of unanswerable questions on known topics that may be answered
    host: str = "127.0.0.1"
    public_url: str = ""  # what people type, where a proxy stands in front: "https://docs.example.org/footnote"
    allow_urls: bool = False  # whether the page may fetch sources from the public network, by their addresses
    sign_on_header: str = ""  # in which the proxy in front names who asks: "X-Remote-User"
    sign_on_groups_header: str = ""  # in which it names their groups, separated by commas
    oidc_issuer: str = ""  # the OpenID provider that people sign in at: "https://login.example.org/realms/team"
    oidc_client: str = ""  # what the provider calls this page
    oidc_secret: str = Field("", repr=False)  # what it knows this page by; FOOTNOTE_OIDC_SECRET keeps it out of files
    oidc_name_claim: str = ""  # what people are called by; empty: preferred_username, else email, else sub
    oidc_groups_claim: str = "groups"  # and the groups they are in
    oidc_group: str = ""  # only who is in this group may come in; empty: whoever the provider lets sign in
    feedback: Path = Path("feedback.jsonl")
    collections: Path | None = None  # a folder of collections, which the page then serves instead of one index
    port: int = Field(7860, ge=0, le=65535)
    metrics: bool = False  # whether /metrics tells whoever reaches the page how much is asked and built, for Prometheus
    workers: int = Field(1, ge=1, le=64)  # processes that serve the page together; "ray://…" is put into `cluster`
    cluster: str = Field("", pattern=r"^(ray://[^\s/@]+:[0-9]+)?$")  # "ray://head:10001", whose nodes read for a build
    llm: str = ""  # "ollama:NAME", "http://…/v1#NAME", "transformers:FOLDER"; empty: answers in the sources' words
    llm_remote: bool = False  # whether that may be a host beyond this machine
    llm_key: str = ""  # what its server wants to see
    llm_context: int | None = Field(None, ge=512)  # tokens, where the server does not tell
    llm_wait: float = Field(60.0, gt=0, le=3600)  # seconds until its first word
    llm_unsupported: Literal["show", "drop"] = "show"  # sentences that are not found in the sources
    nli: str = ""  # folder or hub name of a cross-encoder that joins in checking sentences

    @model_validator(mode="before")
    @classmethod
    def _index_in_a_database(cls, given: dict[str, object]) -> dict[str, object]:
        """An index in PostgreSQL has its search files in the user's cache folder, under a name of its own."""
        index = given.get("index")
        if not (isinstance(index, str) and is_address(index)):
            return given
        address = Address.parse(index)
        name = f"{address.collection}-{hashlib.sha256(address.shown.encode()).hexdigest()[:12]}"
        return {**given, "index": cache_folder() / "indexes" / name, "database": index}

    @model_validator(mode="before")
    @classmethod
    def _workers_of_a_cluster(cls, given: dict[str, object]) -> dict[str, object]:
        """`workers = "ray://…"` names those that read for a build; the page is then served by one process."""
        address = given.get("workers")
        if not (isinstance(address, str) and address.startswith("ray://")):
            return given
        return {**{name: value for name, value in given.items() if name != "workers"}, "cluster": address}

    @field_validator("originals")
    @classmethod
    def _originals_in_a_store(cls, given: str) -> str:
        if given:
            S3Address.parse(given)
        return given

    @property
    def place(self) -> str:
        """Where the index is, as it may be shown: without a password."""
        return Address.parse(self.database).shown if self.database else str(self.index)

    @property
    def only_reads(self) -> bool:
        """Whether this machine only reads a shared index: it has no sources folder, and needs none."""
        return bool(self.database and self.originals) and not self.sources.is_dir()


def load_config(**flags: str | int | Path | None) -> Config:
    """The settings, with flags that are not None on top. Raises ConfigProblem naming the setting that is wrong."""
    given = {name: value for name, value in flags.items() if value is not None}
    return _validated({**_from_file(), **_from_environment(), **given}, f"{FILE} or the flag")


def config_of_collection(config: Config, sources: Path, index: Path, file: Path) -> Config:
    """The settings of one collection of a server: the server's, with those in a file of its own on top.

    Raises ConfigProblem naming the setting that is wrong, or is not a collection's to set.
    """
    own = _from_file(file)
    if taken := next((name for name in own if name in _OF_A_SERVER), None):
        raise ConfigProblem(f"The setting {taken} is not one of a collection.", f"Remove it from {file}.")
    return _validated({**config.model_dump(), **own, "sources": sources, "index": index, **_NOT_SHARED}, str(file))


def cache_folder() -> Path:
    """What can be made again: `footnote` in the user's cache folder (`XDG_CACHE_HOME`)."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "footnote"


def _validated(given: dict[str, object], where: str) -> Config:
    try:
        return Config.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise ConfigProblem(f"The setting {name} is wrong: {first['msg']}.", f"Correct it in {where}.") from error


def _from_file(file: Path = Path(FILE)) -> dict[str, object]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:  # TOML and UTF-8 errors are ValueErrors
        raise ConfigProblem(f"The settings cannot be read: {error}.", f"Correct the file {file}.") from error


def _from_environment() -> dict[str, object]:
    """Values of `FOOTNOTE_…` that are settings, in whatever case the names are written; others are not ours."""
    names = {_PREFIX + name.upper(): name for name in Config.model_fields}
    return {names[key.upper()]: value for key, value in os.environ.items() if key.upper() in names}
