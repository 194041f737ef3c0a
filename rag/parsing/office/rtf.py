"""RTF → Draft: paragraphs, headings, tables, notes and boxes in order; what was deleted, hidden or drawn is told.

This module does not know code pages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from rag.errors import EmptySource, UnreadableSource
from rag.language import has_word
from rag.parsing.content import ContentBuilder, ParsedContent, plausible_title
from rag.parsing.office.equations import MARK
from rag.parsing.office.rtf_story import Merge, Story
from rag.parsing.office.rtf_tokens import Bytes, Token, character, code_page, tokens
from rag.parsing.office.rtf_words import BREAKS, HEADS, KNOWN, SIGNS, SKIPPED, SPOKEN, STORIES, TABLES

if TYPE_CHECKING:
    from rag.types import LeftKind

__all__ = ["read"]

_HEADING = re.compile(r"(?i)^(?:heading|überschrift|titre|título|titolo)\s*(\d)")


@dataclass(frozen=True, slots=True)
class _Group:
    story: Story
    reads: str = "text"  # or "" where nothing is, or the table that it is
    kind: LeftKind | Literal[""] = ""
    skip: int = 1  # characters that stand for one by its number, for programs that do not know it
    font: int = -1
    opened: bool = True  # no word has been read yet
    starred: bool = False


@dataclass(slots=True)
class _Reader:
    body: Story = field(default_factory=Story)
    held: Bytes = field(default_factory=Bytes)
    groups: list[_Group] = field(default_factory=list)
    heads: list[tuple[str, Story]] = field(default_factory=list)
    styles: dict[int, int] = field(default_factory=dict)  # number -> depth of the heading
    merges: list[Merge] = field(default_factory=list)
    told: dict[str, str] = field(default_factory=dict)
    _merge: Merge = ""
    _default_font: int = -1
    _passing: int = 0
    _notes: dict[str, int] = field(default_factory=dict)
    _entry: str = ""
    _number: int = -1
    _depth: int | None = None

    def run(self, data: bytes) -> None:
        self.groups = [_Group(self.body)]
        for token in tokens(data):
            halved = token.kind == "word" and token.text in ("\\", "{", "}") and self.held.open_pair()
            if halved or token.kind in ("text", "byte"):
                self._text(token if not halved else Token("byte", token.text))
                continue
            self._passing = 0
            group = self.groups[-1]
            if token.kind == "word" and not group.opened and (not group.reads or token.text not in KNOWN):
                continue
            self._flush()
            if token.kind == "{":
                self.groups.append(replace(self.groups[-1], opened=True, starred=False))
            elif token.kind == "}":
                self._close()
                if len(self.groups) == 1:
                    break  # what stands behind the document is none of it
            else:
                self._word(token.text, token.number)
        self._flush()
        while len(self.groups) > 1:
            self._close()
        self.body.end()

    def _text(self, token: Token) -> None:
        group, text = self.groups[-1], token.text
        if self._passing:
            passed = min(self._passing, len(text))
            self._passing, text = self._passing - passed, text[passed:]
        if not text or not group.reads:
            return
        if token.kind == "byte" or not text.isascii() or self.held.open_pair():
            self._say(self.held.take(text, group.font))
        else:
            self._flush()
            self._say(text)
        if group.opened:
            self.groups[-1] = replace(group, opened=False)

    def _flush(self) -> None:
        self._say(self.held.done())

    def _say(self, text: str) -> None:
        group = self.groups[-1]
        if not text or not group.reads:
            return
        if group.reads in TABLES:
            self._entry += text
            self._entries(group)
        else:
            group.story.say(group.kind, text.replace("\xad", ""))

    def _entries(self, group: _Group) -> None:
        while ";" in self._entry and group.reads in ("fonttbl", "stylesheet"):
            name, _, self._entry = self._entry.partition(";")
            if group.reads == "fonttbl":
                charset = self.held.fonts.get(self._number, (0, ""))[0]
                self.held.fonts[self._number] = charset, name.strip()
            else:
                heading = _HEADING.match(name.strip())
                if heading or self._depth is not None:
                    self.styles[self._number] = int(heading[1]) if heading else (self._depth or 0) + 1
            self._depth = None

    def _close(self) -> None:
        group = self.groups.pop()
        above = self.groups[-1]
        if group.reads != above.reads and group.reads in ("title", "objclass"):
            self.told[group.reads], self._entry = self._entry.strip(), ""
            if group.reads == "objclass" and self.told["objclass"].startswith("Equation"):
                above.story.say(above.kind, MARK)
                above.story.say("equation", "")
            elif group.reads == "objclass":
                above.story.say("attachment", "")
        if group.story is not above.story:
            group.story.end()

    def _word(self, word: str, number: int | None) -> None:
        group = self.groups[-1]
        if word == "*":
            self.groups[-1] = replace(group, starred=True)
            return
        if group.opened:
            self.groups[-1] = group = replace(group, opened=False)
            if self._opens(group, word):
                return
        if word == "fonttbl" or not group.reads:
            return
        if group.reads in TABLES:
            self._entry_word(word, number)
        elif not self._character(group, word, number):
            self._structure(group.story, word, number)

    def _opens(self, group: _Group, word: str) -> bool:
        """Whether a word opens a group of a kind of its own."""
        if word == "ud":  # the same words again, in Unicode
            self.groups[-1] = replace(group, reads="text")
        elif not group.reads:
            return True
        elif word in TABLES:
            self._entry = ""
            self.groups[-1] = replace(group, reads=word)
        elif word in HEADS:
            story = Story()
            self.heads.append((word, story))
            self.groups[-1] = replace(group, story=story, kind="")
        elif word in STORIES:
            self._story(group, word)
        elif word == "pict":
            group.story.say("picture", "")
            self.groups[-1] = replace(group, reads="")
        elif word in ("mmath", "moMath"):
            if word == "mmath":
                group.story.say("equation", "")
        elif word in ("listtext", "pntext"):
            group.story.listed = True
        elif word in SKIPPED or (group.starred and word not in SPOKEN):
            self.groups[-1] = replace(group, reads="")
        else:
            return word in ("sp", "info")
        return True

    def _story(self, group: _Group, word: str) -> None:
        story = Story()
        self.groups[-1] = replace(group, story=story, kind="comment" if word == "annotation" else "")
        if word == "annotation":
            group.story.hanging.append(("", story))
        elif group.kind:
            self.groups[-1] = replace(self.groups[-1], story=group.story, kind=group.kind)
        else:
            mark = ""
            if word == "footnote":
                self._notes[word] = self._notes.get(word, 0) + 1
                mark = f"({self._notes[word]})"
            group.story.hanging.append((mark, story))

    def _entry_word(self, word: str, number: int | None) -> None:
        if word in ("f", "s"):
            self._number = number if number is not None else 0
            if word == "f" and self.groups[-1].reads == "fonttbl":
                self.held.fonts.setdefault(self._number, (0, ""))
        elif word == "fcharset":
            self.held.fonts[self._number] = number or 0, ""
        elif word == "outlinelevel":
            self._depth = number if number is not None and number < 9 else None
        elif word in ("yr", "mo", "dy"):
            self.told[word] = f"{number or 0:02}"
        elif word == "u" and number is not None:
            self._entry += chr(number % 0x10000)
            self._passing = self.groups[-1].skip

    def _character(self, group: _Group, word: str, number: int | None) -> bool:
        """Words that are a character, or change what characters are."""
        if word == "u" and number is not None:
            code = number % 0x10000
            known = self.held.fonts.get(group.font, (0, ""))
            group.story.say(group.kind, character(code, known[1]))
            self._passing = group.skip
        elif word in SIGNS:
            group.story.say(group.kind, SIGNS[word])
        elif word == "uc":
            self.groups[-1] = replace(group, skip=max(0, min(number or 0, 100)))
        elif word in ("f", "af") and number is not None:
            self.groups[-1] = replace(group, font=number) if word == "f" else group
        elif word in ("v", "deleted"):
            kind: LeftKind = "hidden text" if word == "v" else "tracked deletion"
            if number != 0:
                self.groups[-1] = replace(group, kind=group.kind or kind)
            elif group.kind == kind:
                self.groups[-1] = replace(group, kind="")
        elif word == "plain":
            kept: LeftKind | Literal[""] = "" if group.kind in ("hidden text", "tracked deletion") else group.kind
            self.groups[-1] = replace(group, kind=kept, font=self._default_font)
        elif word in ("ansicpg", "deff", "mac", "pc", "pca"):
            self._page(word, number)
        else:
            return False
        return True

    def _page(self, word: str, number: int | None) -> None:
        if word == "deff":
            self._default_font = number or 0
        elif word == "ansicpg":
            self.held.page = code_page(number or 1252)
        else:
            self.held.page = {"mac": "mac_roman", "pc": "cp437", "pca": "cp850"}[word]

    def _structure(self, story: Story, word: str, number: int | None) -> None:
        """Words that end or shape paragraphs, cells and rows."""
        if word in BREAKS:
            story.paragraph()
        elif word == "pard":
            story.in_table, story.level, story.listed = False, None, False
        elif word in ("intbl", "itap"):
            story.in_table = word == "intbl" or bool(number)
        elif word in ("s", "outlinelevel") and number is not None:
            depth = self.styles.get(number) if word == "s" else number + 1 if number < 9 else None
            story.level = depth if depth is not None else story.level
        elif word == "ls" and number:
            story.listed = True
        elif word in ("cell", "nestcell"):
            story.cell(inner=word == "nestcell")
        elif word in ("row", "nestrow"):
            story.row(self.merges, inner=word == "nestrow")
        elif word == "trowd":
            self.merges, self._merge = [], ""
        elif word in ("clmrg", "clvmrg"):
            self._merge = "left" if word == "clmrg" else "up"
        elif word == "cellx":
            self.merges.append(self._merge)
            self._merge = ""
        elif word == "chpgn":
            story.numbered_pages = True


def read(data: bytes) -> ParsedContent:
    """Raises UnreadableSource or EmptySource."""
    if not data.lstrip().startswith(b"{\\rtf"):
        raise UnreadableSource("The file is not an RTF document.", "Open it in its own program and save it again.")
    reader = _Reader()
    reader.run(data)
    told = reader.told
    date = "-".join(told[key] for key in ("yr", "mo", "dy")) if {"yr", "mo", "dy"} <= set(told) else ""
    writer = ContentBuilder(title=plausible_title(told.get("title")), date=date)
    said: set[str] = set()
    _write_heads(writer, [story for name, story in reader.heads if name.startswith("header")], said)
    reader.body.write(writer)
    _write_heads(writer, [story for name, story in reader.heads if name.startswith("footer")], said)
    draft = writer.draft("application/rtf")
    if not draft.text:
        raise EmptySource(
            "The document contains no text.", "If it is made of pictures, run OCR over it and use the result."
        )
    return draft


def _write_heads(writer: ContentBuilder, stories: list[Story], said: set[str]) -> None:
    """Heads and feet of pages, each text once; page numbers alone are told."""
    for story in stories:
        text = " ".join(story.text.split())
        if not text or text in said:
            continue
        said.add(text)
        if story.numbered_pages and sum(has_word(word) for word in text.split()) <= 2:
            writer.ledger.leave("running head", text)
        else:
            story.write(writer)
