"""Kinds of file that no reader is for: what each is, and what to do to have it read.

A kind that gets a reader (`formats.READERS`) needs no entry here. This module does not open any file.
"""

from __future__ import annotations

from pathlib import PurePosixPath

from rag.errors import UnsupportedSource

__all__ = ["unsupported"]

_PHOTO = "Make a PDF of it: its text is then read by OCR, where that is installed (pip install 'footnote-rag[ocr]')."
_SOUND = "Write down what is said, or have a program write it, and save that as text."
_ARCHIVE = "Unpack it into the sources folder."
_HINTS: dict[str, tuple[str, str]] = {  # suffixes -> what such a file is, what to do
    ".doc .dot .wps .wpd": ("an older word processor's file", "Save it as .docx."),
    ".dotx .dotm": ("a Word template", "Save it as .docx."),
    ".xlsb .xlt .xltx .xltm": ("an Excel file of a kind that is not read", "Save it as .xlsx or .csv."),
    ".ots .fods": ("an OpenDocument spreadsheet of a kind that is not read", "Save it as .ods or .xlsx."),
    ".ppt .pps .ppsx .potx": ("a PowerPoint file of a kind that is not read", "Save it as .pptx or PDF."),
    ".odp .otp .odg": ("an OpenDocument presentation or drawing", "Save it as .pptx or PDF."),
    ".pages": ("an Apple Pages document", "Export it as Word (.docx) or PDF."),
    ".numbers": ("an Apple Numbers table", "Export it as Excel (.xlsx) or CSV."),
    ".key": ("an Apple Keynote presentation", "Export it as PowerPoint (.pptx) or PDF."),
    ".zip .7z .rar .tar .gz .tgz .bz2 .xz": ("an archive", _ARCHIVE),
    ".png .jpg .jpeg .tif .tiff .heic .heif .gif .bmp .webp .svg": ("a picture", _PHOTO),
    ".oft": ("an Outlook template", "Save it as .msg or .eml."),
    ".pst .ost .dbx": ("a mailbox of many messages", "Export its messages as .eml or .mbox files."),
    ".djvu .djv": ("a DjVu scan", "Save it as PDF."),
    ".mobi .azw .azw3 .fb2 .lit": ("an e-book of a kind that is not read", "Convert it to EPUB."),
    ".ps .eps .xps .oxps": ("a printed document", "Save it as PDF."),
    ".tex .rst .org .adoc .textile": ("a text with markup of its own", "Save it as .txt or .md, or make a PDF of it."),
    ".json .jsonl .xml .yaml .yml .log .srt .vtt": (
        "a text file for programs",
        "Save what is to be read as .txt or .csv.",
    ),
    ".sqlite .db .mdb .accdb .parquet": ("a database", "Export its tables as .csv."),
    ".url .webloc .lnk .desktop": ("only a link", "Open it, and save the page as HTML or PDF."),
    ".webarchive": ("a web page as Safari saves it", "Save the page as HTML or PDF."),
    ".mp3 .wav .m4a .ogg .flac .aac .opus .mp4 .mov .avi .mkv .webm .m4v .wmv": ("sound or video", _SOUND),
    ".exe .dll .dmg .iso .apk .msi .bin": ("a program or a disk image", "Remove it from the sources."),
}
_KINDS = {suffix: told for suffixes, told in _HINTS.items() for suffix in suffixes.split()}
_OTHERWISE = "Save it as text, Markdown, HTML, PDF or DOCX to have it read."


def unsupported(relative: str) -> UnsupportedSource:
    """The error for a file that no reader is for."""
    suffix = PurePosixPath(relative).suffix.lower()
    if not suffix:
        return UnsupportedSource("There is no reader for files without a suffix.", _OTHERWISE)
    what, hint = _KINDS.get(suffix, ("", _OTHERWISE))
    return UnsupportedSource(f"There is no reader for {suffix} files{f' ({what})' if what else ''}.", hint)
