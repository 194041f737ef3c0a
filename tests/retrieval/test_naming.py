"""Documents that a question names: by title, by file name, by folder, by year; and none by accident."""

from __future__ import annotations

import pytest

from rag.retrieval.naming import DocumentName, catalogue, named
from rag.types import Source, SourceStatus

PLACES = (
    "Arrun Belmat Korve Dovan Orlic Tamal Skarholm Velland Ilmar Prask Quorn Ruvik Selby Torvald Umber Vintar Wexel "
    "Yarrow Zander Brask Corvin Delmar Eskild Farrow Gantry Holm Istra Jarrow Kestrel Lowen Marsk Norvik Ostrava Pell "
    "Rondel Stavan Thorne Ulven Varn Wolder"
)
THINGS = "harbour bridge school forest museum railway hospital reservoir market airport quarry library orchard"


def source(path: str, title: str = "", date: str = "", status: SourceStatus = "indexed") -> Source:
    return Source(path, status, title, path if status == "indexed" else None, date=date)


SHELF = catalogue(
    [
        source("minutes/2019-05-council.md", "Minutes of the town council", "2019-05-14"),
        source("minutes/2020-05-council.md", "Minutes of the town council", "2020-05-12"),
        source("reports/annual_report_2021.pdf", "Annual report of the harbour", "2021"),
        source("reports/FloodReport2022.docx", "What the water left", "2022"),
        source("handbook.md", "Staff handbook"),
        source("studies/noise.md", "Noise of old and new grinders"),
        source("letters/brun-1904.txt", "A letter from Hedda Brun"),
        source("profiles/velland.md", "Velland: a country profile"),
        source("profiles/skarholm.md", "Skarholm: a country profile"),
        source("broken.pdf", "Treaty of Arrun", status="failed"),
    ]
)


def paths(asked: str, names: tuple[DocumentName, ...] = SHELF) -> list[str]:
    return [name.path for name in named(asked, names)]


@pytest.mark.parametrize(
    ("asked", "path"),
    [
        ("the annual report", "reports/annual_report_2021.pdf"),
        ("the harbour report of 2021", "reports/annual_report_2021.pdf"),
        ("the flood report", "reports/FloodReport2022.docx"),
        ("What the water left", "reports/FloodReport2022.docx"),
        ("the 2019 minutes", "minutes/2019-05-council.md"),
        ("the council minutes of 2020", "minutes/2020-05-council.md"),
        ("the study on noise", "studies/noise.md"),
        ("noise of grinders", "studies/noise.md"),
        ("the letter from Hedda Brun", "letters/brun-1904.txt"),
        ("brun 1904", "letters/brun-1904.txt"),
        ("the profile of velland", "profiles/velland.md"),
        ("SKARHOLM", "profiles/skarholm.md"),
        ("the staff handbook", "handbook.md"),
        ("the hand book", "handbook.md"),
        ("handbook.md", "handbook.md"),
    ],
)
def test_a_document_is_named_by_title_file_name_folder_or_year(asked: str, path: str) -> None:
    assert paths(asked) == [path]


@pytest.mark.parametrize(
    ("asked", "path"),
    [("the handbook", "handbook.md"), ("the letter", "letters/brun-1904.txt"), ("this study", "studies/noise.md")],
)
def test_the_only_document_of_its_kind_is_named_by_the_kind(asked: str, path: str) -> None:
    assert paths(asked) == [path]


@pytest.mark.parametrize(
    "asked",
    [
        "the report",
        "the profile",
        "minutes",
        "document",
        "this text",
        "",
        "the and of",
        "climate change in the mountains",
        "the old bridge over the Ilm",
        "how many people live in the country with the highest mountains",
        "the Treaty of Arrun",
        "😀 … ?",
    ],
)
def test_no_document_is_named_by_accident(asked: str) -> None:
    assert paths(asked) == []


def test_documents_that_are_named_alike_are_all_found() -> None:
    assert paths("the minutes of the town council") == ["minutes/2019-05-council.md", "minutes/2020-05-council.md"]
    assert paths("the country profiles") == ["profiles/velland.md", "profiles/skarholm.md"]


def test_of_one_document_alone_its_kind_is_name_enough() -> None:
    (alone,) = catalogue([source("a1.txt", "Salt roads")])
    assert named("this document", [alone]) == [alone]
    assert named("the weather", [alone]) == []
    assert named("this document", []) == []


def test_what_is_not_indexed_has_no_name() -> None:
    assert "broken.pdf" not in {name.path for name in SHELF}


def test_among_many_documents_each_is_told_apart() -> None:
    many = catalogue(
        source(f"{thing}/{place.lower()}_{thing}_{2000 + n % 20}.md", f"The {thing} of {place}", f"{2000 + n % 20}")
        for n, (place, thing) in enumerate((place, thing) for place in PLACES.split() for thing in THINGS.split())
    )
    assert len(many) == 520
    assert [n.title for n in named("the bridge of Korve", many)] == ["The bridge of Korve"]
    assert [n.title for n in named("the quarry in lowen", many)] == ["The quarry of Lowen"]
    assert named("the volcano of Atlantis", many) == []
