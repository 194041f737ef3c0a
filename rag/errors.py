"""Every error a person can meet, each with one sentence saying what is wrong and a hint saying what to do.

    FootnoteError
    ├── SourceError            one file could not become a document; the other files are not touched
    │   ├── UnreadableSource       damaged, truncated, or not what its suffix says
    │   ├── EncryptedSource        needs a password
    │   ├── UnsupportedSource      no reader for this kind of file
    │   ├── EmptySource            read, but holds no text (a scan, an empty file)
    │   └── SourceLimit            over the limit of time, memory or size
    ├── SourcesMissing         there is no sources folder, or nothing in it that can be read
    ├── IndexProblem           the index as a whole cannot be used
    │   ├── IndexMissing           nothing has been built there yet
    │   ├── IndexStale             built by another model, or by another version of the program
    │   ├── IndexDamaged           the truth itself cannot be read
    │   ├── IndexUnwritable        the disk is full, or the folder may not be written
    │   ├── IndexUnreachable       the server that keeps it is not there, or was lost
    │   └── IndexLocked            another build is running
    ├── WorkersProblem         the machines that read for a build are not there, were lost, or run another version
    ├── ModelProblem           the encoder cannot be loaded, or is not the published one
    ├── LanguageModelProblem   the language model does not run, is too slow, or writes nonsense
    │   └── AnswerCutOff           it wrote as much as it may, and had not finished
    ├── QuestionProblem        the question is empty or too long
    ├── CaseProblem            a file of cases, results or floors cannot be used
    └── ConfigProblem          a setting is wrong, a port is taken

This module does not know where an error is shown: only `cli` and `server` catch and show it.
"""

from __future__ import annotations

__all__ = [
    "AnswerCutOff",
    "CaseProblem",
    "ConfigProblem",
    "EmptySource",
    "EncryptedSource",
    "FootnoteError",
    "IndexDamaged",
    "IndexLocked",
    "IndexMissing",
    "IndexProblem",
    "IndexStale",
    "IndexUnreachable",
    "IndexUnwritable",
    "LanguageModelProblem",
    "ModelProblem",
    "QuestionProblem",
    "SourceError",
    "SourceLimit",
    "SourcesMissing",
    "UnreadableSource",
    "UnsupportedSource",
    "WorkersProblem",
]


class FootnoteError(Exception):
    """Base of all expected errors: `message` says what is wrong, `hint` what to do about it."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}"

    def __reduce__(self) -> tuple[type[FootnoteError], tuple[str, str]]:
        # The default would call __init__ with one argument, and errors cross a process boundary.
        return type(self), (self.message, self.hint)


class SourceError(FootnoteError):
    """One file could not become a document."""


class UnreadableSource(SourceError):
    """The file is damaged, truncated, or not what its suffix says."""


class EncryptedSource(SourceError):
    """The file needs a password."""


class UnsupportedSource(SourceError):
    """There is no reader for this kind of file."""


class EmptySource(SourceError):
    """The file was read and holds no text. `pages` lists its page numbers, 1-based, if it has pages."""

    def __init__(self, message: str, hint: str, pages: tuple[int, ...] = ()) -> None:
        super().__init__(message, hint)
        self.pages = pages

    def __reduce__(self) -> tuple[type[FootnoteError], tuple[str, str, tuple[int, ...]]]:  # type: ignore[override]
        return type(self), (self.message, self.hint, self.pages)


class SourceLimit(SourceError):
    """Reading the file went over a limit of time, memory or size."""


class SourcesMissing(FootnoteError):
    """There is no sources folder, or nothing in it that can be read."""


class IndexProblem(FootnoteError):
    """The index as a whole cannot be used."""


class IndexMissing(IndexProblem):
    """No index has been built in this folder yet."""


class IndexStale(IndexProblem):
    """The index was built by another model or another version of the program."""


class IndexDamaged(IndexProblem):
    """The truth (`corpus.db`) cannot be read."""


class IndexLocked(IndexProblem):
    """Another process is building this index."""


class IndexUnwritable(IndexProblem):
    """The disk does not take the index: it is full, broken, or may not be written. The last generation stands."""


class IndexUnreachable(IndexProblem):
    """The server that keeps the index cannot be reached, or the connection to it was lost. The index stands."""


class WorkersProblem(FootnoteError):
    """The machines that read for a build cannot be reached, were lost, or run another version. The index stands."""


class ModelProblem(FootnoteError):
    """A model cannot be loaded, or its weights are not the ones expected."""


class LanguageModelProblem(FootnoteError):
    """The language model does not run, is too slow, breaks off, or writes nonsense."""


class AnswerCutOff(LanguageModelProblem):
    """The language model wrote as many tokens as it may; the sentence that it was at is not whole."""


class QuestionProblem(FootnoteError):
    """The question is empty or too long."""


class CaseProblem(FootnoteError):
    """A file of cases, results or floors cannot be read, or does not belong to the data at hand."""


class ConfigProblem(FootnoteError):
    """A setting is wrong."""
