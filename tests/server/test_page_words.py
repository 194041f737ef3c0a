"""The page's own words: everything that is said has a translation, and every translation is of something said."""

from __future__ import annotations

import json
import re

from paths import ROOT

STATIC = ROOT / "rag" / "server" / "static"
STRING = r'"(?:[^"\\]|\\.)*"'
CODE = {path.name: path.read_text("utf-8") for path in STATIC.glob("*.js") if path.name != "words.js"}


def german() -> tuple[dict[str, list[str]], dict[str, str]]:
    """What is counted, and the words, as the table has them."""
    table = (STATIC / "words.js").read_text("utf-8")
    table = table[table.index("const TABLES = ") + 15 : table.index("\n};") + 2]
    table = re.sub(r"^\s*//.*$", "", table, flags=re.M)
    found = json.loads(re.sub(r",(\s*[}\]])", r"\1", re.sub(r"^(\s*)(\w+):", r'\1"\2":', table, flags=re.M)))["de"]
    return found["counted"], found["words"]


def test_all_that_the_page_says_is_in_the_table() -> None:
    counted, words = german()
    code = "\n".join(CODE.values())
    said = {
        json.loads(one)
        for call in re.findall(rf"(?<![\w.])(?:t|within)\([^()]*?{STRING}", code)
        for one in re.findall(STRING, call)
    }
    assert len(said) > 100
    assert said <= set(words), said - set(words)
    things = set(re.findall(r'\bplural\([^"]*?, "([\w ]+)"', code))
    assert things == set(counted)


def test_every_translation_is_of_something_that_the_page_says() -> None:
    _, words = german()
    code = "\n".join(CODE.values())
    literals = {json.loads(one) for one in re.findall(STRING, code)}
    patterns = [re.sub(r"\\\$\\\{.*?\\\}", ".+", re.escape(one)) for one in re.findall(r"\bt\(`([^`]*)`", code)]
    stale = {key for key in words if key not in literals and not any(re.fullmatch(one, key) for one in patterns)}
    assert not stale


def test_a_translation_has_the_places_of_its_original_and_other_words() -> None:
    _, words = german()
    places = re.compile(r"\{\w+\}")
    assert [key for key, said in words.items() if sorted(places.findall(key)) != sorted(places.findall(said))] == []
    assert {key for key, said in words.items() if key == said} == {"Text"}


def test_no_words_stand_in_the_code_untranslated() -> None:
    """Text of an element, labels and titles; a name of a format is no word."""
    label = re.compile(
        r'(?:"aria-label"|title|placeholder): (?=["`][A-Z])|h\("\w+", \{[^{}]*\}, "(?=[A-Z])|^ +"(?=[A-Z][a-z])',
        re.MULTILINE,
    )
    found = {name: label.findall(text) for name, text in CODE.items()}
    kept = {"corner.js": 1}  # the name of the program
    assert {name: len(hits) for name, hits in found.items() if hits} == kept, found
