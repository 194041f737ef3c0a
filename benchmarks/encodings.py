"""Prints how many texts in old code pages are read right, and how many are read wrong without a word of doubt.

    python -m benchmarks.encodings

The texts are those of `tests/data/encodings`, whole and cut into pieces, each in the code pages of its language.
"""

from __future__ import annotations

import logging
from collections import Counter
from pathlib import Path

from rag.errors import UnreadableSource
from rag.parsing.encodings import decode
from rag.parsing.ledger import Ledger

TEXTS = Path(__file__).parent.parent / "tests" / "data" / "encodings"
_PAGES = (
    "ar cp1256 iso8859-6 cp720|cs cp1250 iso8859-2 cp852|de cp1252 iso8859-15 cp850 mac_roman|el cp1253 iso8859-7|"
    "en cp1252|es cp1252 cp850|fr cp1252 iso8859-15 cp850 mac_roman|he cp1255 cp862|hu cp1250 iso8859-2 cp852|"
    "ja shift_jis euc_jp iso2022_jp|ko euc_kr cp949|lv cp1257|pl cp1250 iso8859-2 cp852|ro cp1250 iso8859-2|"
    "ru cp1251 koi8-r iso8859-5 cp866 mac_cyrillic|tr cp1254 iso8859-9 cp857|uk cp1251 koi8-u|zh gb18030 big5"
)
_LENGTHS = (20, 30, 60, 150, 10_000)


def main() -> None:
    """Prints a line for each length of text: ours with its doubts, and two detectors alone."""
    logging.getLogger("charset_normalizer").setLevel(logging.CRITICAL)
    print("letters  texts  ours  wrong, no doubt  right, doubted  chardet  charset-normalizer")
    for length in _LENGTHS:
        count = _measure(length)
        shown = "all" if length == _LENGTHS[-1] else length
        print(
            f"{shown:>7}  {count['texts']:>5}  {count['ours'] / count['texts']:>4.0%}  {count['silent']:>15}  "
            f"{count['doubted']:>14}  {count['chardet'] / count['texts']:>7.0%}  "
            f"{count['charset-normalizer'] / count['texts']:>18.0%}"
        )


def _measure(length: int) -> Counter[str]:
    count: Counter[str] = Counter()
    for language, *pages in (line.split() for line in _PAGES.split("|")):
        whole = (TEXTS / f"{language}.txt").read_text("utf-8").strip()
        for page in pages:
            for start in range(0, len(whole), length):
                data = whole[start : start + length].encode(page, "ignore")
                if not data.isascii() or page == "iso2022_jp":
                    _judge(data, data.decode(page), count)
    return count


def _judge(data: bytes, text: str, count: Counter[str]) -> None:
    import chardet
    import charset_normalizer

    ledger = Ledger()
    try:
        right = decode(data, ledger) == text
    except UnreadableSource:
        right = False
        ledger.leave("doubtful encoding")
    best = charset_normalizer.from_bytes(data).best()
    count["texts"] += 1
    count["ours"] += right
    count["silent"] += not right and not ledger.entries()
    count["doubted"] += right and bool(ledger.entries())
    count["chardet"] += _decodes(data, chardet.detect(data)["encoding"], text)
    count["charset-normalizer"] += _decodes(data, best.encoding if best else None, text)


def _decodes(data: bytes, encoding: str | None, text: str) -> bool:
    try:
        return encoding is not None and data.decode(encoding) == text
    except (UnicodeError, LookupError):
        return False


if __name__ == "__main__":
    main()
