"""The parts that a browser saves beside a page are no sources."""

from __future__ import annotations

from pathlib import Path
from unicodedata import normalize

import pytest

from rag.indexing.plan import make_plan, scan


@pytest.mark.parametrize(
    "folder", ["page_files", "page-Dateien", "page_fichiers", "page_файлы", "page.files", "page_súbory"]
)
@pytest.mark.parametrize("page", ["page.html", "page.htm", "page.HTML"])
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_parts_of_a_saved_page_are_skipped_with_the_reason(tmp_path: Path, folder: str, page: str, form: str) -> None:
    below = tmp_path / "sources" / "deep" / normalize(form, folder) / "inner"  # type: ignore[arg-type]
    below.mkdir(parents=True)
    (below / "advert.html").write_text("<p>Buy now</p>")
    (below.parent / "style.css").write_text("p {}")
    (tmp_path / "sources" / "deep" / page).write_text("<p>The page</p>")
    plan = make_plan(scan(tmp_path / "sources", tmp_path / "index"), {}, 0, fresh=False)
    assert list(plan.read) == [f"deep/{page}"]
    reasons = {row.reason for row in plan.keep.values()}
    assert {row.status for row in plan.keep.values()} == {"skipped"}
    assert reasons == {f"It is part of the saved page {page}."}


def test_a_folder_of_that_name_without_a_page_is_one_like_others(tmp_path: Path) -> None:
    (tmp_path / "sources" / "page_files").mkdir(parents=True)
    (tmp_path / "sources" / "page_files" / "a.html").write_text("<p>Text</p>")
    (tmp_path / "sources" / "other.html").write_text("<p>Text</p>")
    plan = make_plan(scan(tmp_path / "sources", tmp_path / "index"), {}, 0, fresh=False)
    assert sorted(plan.read) == ["other.html", "page_files/a.html"]
