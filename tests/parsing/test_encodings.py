"""Code pages: the right one is found in sixty letters; a guess that may be wrong says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.parsing import load_bytes
from rag.types import Document

TEXTS = Path(__file__).parent.parent / "data" / "encodings"
PAGES = {
    "ar": ["cp1256", "iso8859-6"],
    "cs": ["cp1250", "iso8859-2", "cp852"],
    "de": ["cp1252", "iso8859-15", "cp850", "mac_roman"],
    "el": ["cp1253", "iso8859-7"],
    "en": ["cp1252"],
    "es": ["cp1252", "cp850"],
    "fr": ["cp1252", "iso8859-15", "mac_roman"],
    "he": ["cp1255", "cp862"],
    "hu": ["cp1250", "iso8859-2", "cp852"],
    "ja": ["shift_jis", "euc_jp", "iso2022_jp", "utf-16-le", "utf-16-be"],
    "ko": ["euc_kr", "cp949"],
    "lv": ["cp1257"],
    "pl": ["cp1250", "iso8859-2", "cp852"],
    "ro": ["cp1250"],
    "ru": ["cp1251", "koi8-r", "iso8859-5", "cp866", "mac_cyrillic", "utf-16-le", "utf-16-be"],
    "tr": ["cp1254", "iso8859-9", "cp857"],
    "uk": ["cp1251", "koi8-u"],
    "zh": ["gb18030", "big5"],
}
BOTH = [(language, page) for language, pages in PAGES.items() for page in pages]


def _read(data: bytes, name: str = "a.txt") -> Document:
    return load_bytes(data, name).document


def _doubts(document: Document) -> list[str]:
    return [place for left in document.left if left.kind == "doubtful encoding" for place in left.places]


def _encoded(language: str, page: str) -> tuple[str, bytes]:
    text = (TEXTS / f"{language}.txt").read_text("utf-8").strip()
    data = text.encode(page, "ignore")  # an old page lacks a dash or a sign of money
    return data.decode(page), data


@pytest.mark.parametrize(("language", "page"), BOTH)
@pytest.mark.parametrize("suffix", [".txt", ".md", ".csv"])
def test_a_whole_paragraph_is_read_by_its_page(language: str, page: str, suffix: str) -> None:
    text, data = _encoded(language, page)
    assert _read(data, "a" + suffix).text == text


@pytest.mark.parametrize(("language", "page"), BOTH)
def test_sixty_letters_are_read_by_their_page_and_a_wrong_guess_is_told(language: str, page: str) -> None:
    text = _encoded(language, page)[0]
    for start in range(0, len(text) - 60, 60):
        line = text[start : start + 60] + "\n"
        assert _read(line.encode(page)).text == line
    for start in range(0, len(text) - 30, 30):
        part = text[start : start + 30] + "\n"
        document = _read(part.encode(page))
        assert document.text == part or _doubts(document), (part, document.text)


@pytest.mark.parametrize(("language", "page"), BOTH)
def test_a_page_of_html_that_does_not_say_its_encoding(language: str, page: str) -> None:
    if page.startswith(("utf-16", "iso2022")):
        pytest.skip("browsers save neither without saying so")
    text, data = _encoded(language, page)
    document = _read(b"<html><body><p>" + data + b"</p></body></html>", "a.html")
    assert " ".join(document.text.split()) == " ".join(text.split())


def test_a_name_in_another_alphabet_is_told_as_doubtful() -> None:
    text = "The roof was mended by the firm of Dvořák and Sons, who came on Monday and left on Friday. " * 3
    document = _read(text.encode("cp1250"))
    assert document.text == text or _doubts(document)
    assert _doubts(_read("Szűcs".encode("cp1250")))
    assert not _read(text.encode()).left


def test_the_doubt_names_the_encoding() -> None:
    assert _doubts(_read("It costs £500, they said.".encode("cp1252"))) == ["Windows-1252"]


def test_broken_bytes_in_utf8_do_not_change_the_rest() -> None:
    text = "Zażółć gęślą jaźń. Łódź leży nad rzeką.\n" * 5
    data = text.encode()
    document = _read(data[:60] + b"\xff" + data[60:] + "ż".encode()[:1])
    assert document.text.count("\ufffd") == 2
    assert document.text.replace("\ufffd", "") == text
    assert [(left.kind, left.count, left.places) for left in document.left] == [("unreadable text", 2, ("UTF-8",))]


@pytest.mark.parametrize("declared", ["iso-8859-1", "utf-16", "nonsense", "windows-1250"])
def test_a_page_that_is_wrong_about_itself(declared: str) -> None:
    page = f"<meta charset={declared}><p>Łódź leży nad rzeką, a Kraków nad Wisłą.</p>"
    assert "Łódź leży nad rzeką" in _read(page.encode(), "a.html").text
