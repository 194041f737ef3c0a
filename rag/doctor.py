"""What `rag doctor` looks at: all that must be right before a question can be answered. It asks no network,
only the usual ports of language models on this machine."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version

from rag.assistant import Assistant, index_of, leftover_originals
from rag.config import Config
from rag.errors import FootnoteError, IndexMissing
from rag.language import languages_served
from rag.models import AvailableModel, SentenceEncoder, available_models, count_tokens, open_llm
from rag.parsing import ocr_engine
from rag.types import JSON, Remains

__all__ = ["Check", "examine"]

_USE = 'To let one write: rag ask QUESTION --llm NAME, or llm = "NAME" in rag.toml. Its sentences are checked.'
_PACKAGES = ("sentence-transformers", "torch", "faiss-cpu", "tantivy", "tiktoken", "pypdf", "pypdfium2", "gradio")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: whether it is right, what was seen, and what to do if it is not."""

    name: str
    ok: bool
    said: str
    hint: str = ""

    def to_dict(self) -> dict[str, JSON]:
        """JSON-ready, the keys being the field names."""
        return {"name": self.name, "ok": self.ok, "said": self.said, "hint": self.hint}


def examine(config: Config) -> list[Check]:
    """Looks at versions, vocabulary, model, sources, index, languages, and what is left of deleted sources."""
    encoder: list[SentenceEncoder] = []
    languages: Counter[str] = Counter()

    def model() -> str:
        encoder.append(SentenceEncoder(config.model, config.device, config.index))
        tokens = encoder[0].max_tokens
        return (
            f"{config.model}, {encoder[0].dimension} numbers a vector, reads {tokens} tokens, {encoder[0].fingerprint}"
        )

    def index() -> str:
        made = encoder[0] if encoder else SentenceEncoder(config.model, config.device, config.index)
        with Assistant(config, made) as assistant:
            found = assistant.documents()
        good = [source for source in found if source.status == "indexed"]
        languages.update(source.language for source in good)
        return f"{config.place}: {len(good)} of {len(found)} files indexed, {sum(one.chunks for one in found)} chunks"

    def language_model() -> str:
        if not config.llm:
            found = [_offered(offer) for offer in available_models()]
            return "none is used" + (f"; here run {', '.join(found)}" if found else ", and none was found here")
        llm = open_llm(config.llm, remote=config.llm_remote, key=config.llm_key, context=config.llm_context)
        return f"{llm.name} at {llm.place}, reads {llm.context} tokens"

    def deleting() -> list[Check]:
        """How far what was deleted is gone from each place: whatever keeps sources' words or bytes belongs here."""
        kept = index_of(config)
        with kept.truth.snapshot() as snapshot:
            told = [*kept.truth.remains(), *kept.lenses.remains(snapshot), *_unused_folders(config)]
            if kept.originals is not None:
                left = leftover_originals(config)
                said = f"{len(left)} that no file names" if left else "none that no file names"
                told.append(Remains("originals", not left, said, "The next build deletes them." if left else ""))
        return [_deleted(one) for one in told]

    return [
        Check("python", True, platform.python_version()),
        _check("packages", lambda: ", ".join(f"{name} {version(name)}" for name in _PACKAGES)),
        _check("vocabulary", lambda: f"cl100k_base counts {count_tokens(['two words'])[0]} tokens in 'two words'"),
        _check("model", model),
        _check("ocr", lambda: ocr_engine(config.ocr_languages) or _no_ocr(config.ocr_languages)),
        Check(
            "sources",
            config.sources.is_dir(),
            f"{config.sources} is {'there' if config.sources.is_dir() else 'missing'}",
            "" if config.sources.is_dir() else "Make the folder and put articles or reports into it.",
        ),
        _check("index", index),
        _check("languages", lambda: languages_served(dict(languages.most_common())) or "none is known of the sources"),
        _check("language model", language_model, "" if config.llm else _USE),
        *_several("deleting", deleting),
    ]


def _unused_folders(config: Config) -> list[Remains]:
    """Search files of this machine that nobody reads any more, as they hold words of what is deleted later."""
    left = [path for name in ("dense", "lexical") if (path := config.index / name).exists()] if config.lenses else []
    said = f"{' and '.join(map(str, left))} left from before" if left else "none left from before"
    hint = f"Milvus searches now. Remove them: rm -r {' '.join(map(str, left))}" if left else ""
    return [Remains("search files", not left, said, hint)] if config.lenses else []


def _deleted(one: Remains) -> Check:
    standing = "" if one.done else "to be done: " if one.hint else "pending: "
    return Check(f"deleting: {one.place}", one.done or not one.hint, standing + one.said, one.hint)


def _several(name: str, look: Callable[[], list[Check]]) -> list[Check]:
    try:
        return look()
    except IndexMissing:  # said already
        return []
    except FootnoteError as error:
        return [Check(name, False, error.message, error.hint)]


def _offered(offer: AvailableModel) -> str:
    if offer.setting.endswith("#"):
        return f"{offer.setting}NAME ({offer.server}; it does not tell its model's name)"
    return f"{offer.setting} ({offer.server})"


def _no_ocr(languages: str) -> str:
    return f"not installed for {languages}: scanned pages are listed, not read (pip install 'footnote-rag[ocr]')"


def _check(name: str, look: Callable[[], str], hint: str = "") -> Check:
    try:
        return Check(name, True, look(), hint)
    except FootnoteError as error:
        return Check(name, False, error.message, error.hint)
