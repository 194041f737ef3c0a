"""The settings, few and frozen: defaults < `rag.toml` in the working folder < environment (`FOOTNOTE_…`) < flags.

This module does not know what the settings do; the rooms below take plain arguments.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from rag.errors import ConfigProblem

__all__ = ["Config", "load_config"]

FILE = "rag.toml"


class Config(BaseSettings):
    """All settings. `model` is the bundled encoder, a folder, or a name on the hub (which is then looked up there)."""

    model_config = SettingsConfigDict(env_prefix="FOOTNOTE_", toml_file=FILE, frozen=True, extra="forbid")

    sources: Path = Path("sources")
    index: Path = Path("index")
    model: str = "all-MiniLM-L6-v2"
    device: str | None = None  # as torch names it; None: the best there is
    chunk_tokens: int = Field(200, ge=32, le=2000)
    overlap_sentences: int = Field(1, ge=0, le=5)
    ocr_languages: str = Field("eng", pattern=r"^[A-Za-z_]+(\+[A-Za-z_]+)*$")  # tesseract's codes, joined by +
    risk: float = Field(0.15, ge=0.01, le=1)  # share of unanswerable questions on known topics that may be answered
    host: str = "127.0.0.1"
    feedback: Path = Path("feedback.jsonl")
    port: int = Field(7860, ge=0, le=65535)
    llm: str = ""  # "ollama:NAME", "http://…/v1#NAME", "transformers:FOLDER"; empty: answers in the sources' words
    llm_remote: bool = False  # whether that may be a host beyond this machine
    llm_key: str = ""  # what its server wants to see
    llm_context: int | None = Field(None, ge=512)  # tokens, where the server does not tell
    llm_wait: float = Field(60.0, gt=0, le=3600)  # seconds until its first word
    llm_unsupported: Literal["show", "drop"] = "show"  # sentences that are not found in the sources
    nli: str = ""  # folder or hub name of a cross-encoder that joins in checking sentences

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags first, then the environment, then the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def load_config(**flags: str | int | Path | None) -> Config:
    """The settings, with flags that are not None on top. Raises ConfigProblem naming the setting that is wrong."""
    try:
        return Config(**{name: value for name, value in flags.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise ConfigProblem(
            f"The setting {name} is wrong: {first['msg']}.", f"Correct it in {FILE} or the flag."
        ) from error
    except (tomllib.TOMLDecodeError, SettingsError) as error:
        raise ConfigProblem(f"The settings cannot be read: {error}.", f"Correct {FILE} or the environment.") from error
