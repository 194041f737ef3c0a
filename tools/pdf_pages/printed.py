"""Pages of the golden set that a browser prints: Arabic, Hebrew, an article, a table.

This module does not know where the browser is installed, only what it is called.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

from tools.pdf_pages.prose import Prose

__all__ = ["Printed", "pages"]

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


class Printed(NamedTuple):
    """What a browser made of a web page, and the text that a person would type from it."""

    like: str
    data: bytes
    golden: list[str]


def pages() -> dict[str, Printed]:
    """All of them by name. Raises StopIteration where no browser is installed."""
    browser = next(path for name in _BROWSERS if (path := shutil.which(name)))
    return {name: Printed(like, _print(browser, html), golden) for name, (like, html, golden) in _sources().items()}


def _sources() -> dict[str, tuple[str, str, list[str]]]:
    return {
        "arabic": ("pdfjs/ThuluthFeatures, ArabicCIDTrueType", *_page("ar", "rtl", _ARABIC)),
        "arabic-in-columns": ("pypdf/habibi", *_page("ar", "rtl", _ARABIC_TWO, "columns: 2; text-align: justify")),
        "hebrew": ("pypdf/multilang", *_page("he", "rtl", _HEBREW)),
        "article-printed": ("pdfjs/pdfjs_wikipedia", *_article()),
        "table-printed": ("unstructured/reliance", *_table()),
        "table-in-arabic": ("pdfjs right-to-left tables", *_arabic_table()),
    }


_ARABIC = (
    "تقرير عن الميناء القديم",
    "أنشئ الميناء القديم عام 1921 بأمر من المجلس البلدي، وكان يتسع لنحو 40 سفينة صغيرة.",
    "زارت المهندسة ليلى الحداد المدينة في الصيف وقاست عمق المياه، ثم كتبت أن الرصيف بُني من الحجر الأبيض.",
    "لا يزال السوق مفتوحا كل يوم أحد، ويبيع فيه الصيادون الأسماك والملح والحبال.",
)
_ARABIC_TWO = (
    "أخبار القرية",
    "اجتمع أهل القرية يوم الثلاثاء في الطاحونة. قال سالم العلي إن الكلفة تبلغ 3500 دينار، وإن العمل يبدأ في شهر آذار.",
    "وصل المعلم الجديد إلى المدرسة مع بداية الخريف. سيعلّم الحساب والتاريخ، ويسكن في البيت الأزرق قرب البئر.",
    "هطلت الأمطار أياما طويلة فامتلأت السدود، ولم تغلق الطرق إلا ليلة واحدة بسبب الطين والأحجار.",
)
_HEBREW = (
    "דוח על הגשר הישן",
    "הגשר נבנה בשנת 1934 מאבן לבנה, ואורכו 62 מטרים.",
    "המהנדסת רות אברמסון בדקה את העמודים בחורף וכתבה שהם יחזיקו עוד דור.",
    "בכל יום שישי נפתח שוק קטן ליד הנהר, ומוכרים בו לחם, דבש וזיתים.",
)


def _page(language: str, direction: str, texts: tuple[str, ...], style: str = "") -> tuple[str, list[str]]:
    title, *paragraphs = texts
    body = "".join(f"<p>{text}</p>" for text in paragraphs)
    body = f"<h1>{title}</h1><div style='{style}'>{body}</div>"
    return f"<html lang={language} dir={direction}><title>{title}</title><body>{body}</body></html>", list(texts)


def _article() -> tuple[str, list[str]]:
    prose = Prose(311)
    title, side = "The orchards of Kelmarsh", "Founded 1804. Area 61 hectares. Owner: the parish."
    first, second = prose.paragraph(6), prose.paragraph(6)
    html = (
        f"<html><title>{title}</title><body style='font-family: DejaVu Serif'><h1>{title}</h1>"
        f"<aside style='float: right; width: 150px; border: 1px solid; margin: 8px; font-size: 70%'>{side}</aside>"
        f"<p>{first}</p><h2>Later years</h2><p>{second}</p></body></html>"
    )
    return html, [title, side, first, "Later years", second]


def _table() -> tuple[str, list[str]]:
    rows = [
        ("Pier", "Length", "Depth", "Remarks"),
        ("North", "120 m", "4.5 m", "timber"),
        ("East", "85 m", "", "closed"),
    ]
    rows += [("South", "", "6.1 m", ""), ("West", "210 m", "7.0 m", "stone, with a crane")]
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    html = f"<html><title>Piers</title><body><h1>Piers</h1><table border=1 width=100%>{body}</table></body></html>"
    return html, ["Piers", *(" ".join(cell for cell in row if cell) for row in rows)]


def _arabic_table() -> tuple[str, list[str]]:
    rows = [
        ("المدينة", "السكان", "المساحة"),
        ("الوادي", "4200", "17"),
        ("الساحل", "9100", "33"),
        ("الجبل", "800", "58"),
    ]
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    html = (
        f"<html dir=rtl><title>المدن</title><body><h1>المدن</h1><table border=1 width=100%>{body}</table></body></html>"
    )
    return html, ["المدن", *(" ".join(row) for row in rows)]


def _print(browser: str, html: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        page, pdf = Path(folder) / "page.html", Path(folder) / "page.pdf"
        page.write_text(f"<!doctype html><meta charset=utf-8>{html}", "utf-8")
        options = ("--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", f"--print-to-pdf={pdf}")
        subprocess.run([browser, *options, page.as_uri()], check=True, capture_output=True, timeout=120)
        return pdf.read_bytes()
