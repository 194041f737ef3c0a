"""A number as a sheet or a chart shows it: "65.1%", "08:30", "4 May 2025", "1,250.00 €".

Decimal points, and commas between thousands: the marks that a file's codes are written in. Formats that mean "as this
computer writes dates" give ISO dates. This module does not know cells.
"""

from __future__ import annotations

import calendar
import datetime
import re
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import lru_cache

from rag.language import NAMES

__all__ = ["is_date_format", "plain", "shown"]

_TOKEN = re.compile(
    r'"([^"]*)"|\\(.)|_.|\*.|\[(h+|m+|s+)\]|\[\$([^\]-]*)[^\]]*\]|\[[^\]]*\]'
    r"|(AM/PM|A/P)|(General)|(E[+-]|y+|d+|h+|s+|e+|m+)|([0#?.,/]+)|(.)",
    re.IGNORECASE | re.DOTALL,
)
_LOCAL = re.compile(r"(?i)^(?:m/d/yy(?:yy)?|mm-dd-yy)(?: h:mm)?$|^\[\$-F800\]|^\[\$-F400\]")
_LARGEST = 1e15  # numbers beyond have no digits for what the format asks


@lru_cache(maxsize=512)
def is_date_format(code: str) -> bool:
    """Whether numbers in this format are days or hours."""
    bare = re.sub(
        r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]|General', "", code.split(";")[0], flags=re.IGNORECASE
    )
    return bool(re.search(r"[ymdhs]", bare, re.IGNORECASE)) and not re.search(r"[#?]", bare)


@lru_cache(maxsize=4096)
def shown(value: float, code: str, *, from_1904: bool = False) -> str:
    """The number in a format; in its plain form where the format is none, or is not understood."""
    try:
        if is_date_format(code):
            return _moment(value, code, from_1904)
        return _number(value, code)
    except (ValueError, OverflowError, ArithmeticError, IndexError):
        return plain(value)


def plain(value: float) -> str:
    """As the format "General" shows it, with at most 12 digits: what is beyond comes of binary fractions."""
    if abs(value) < _LARGEST and value == int(value):
        return str(int(value))
    text = f"{value:.12g}"
    return text if "e" not in text else text.replace("e", "E")


def _number(value: float, code: str) -> str:
    section, value = _section(value, code)
    if section in ("", "@") or section.lower() == "general":
        return plain(value)
    tokens = list(_TOKEN.finditer(section))
    digits = "".join(token[8] or "" for token in tokens)
    if not digits:
        return "".join(_literal(token, value) for token in tokens).strip()
    if "/" in digits and "?" in digits:
        return _mixed(value)
    percents = sum(token[9] == "%" for token in tokens)
    exponent = next((token[7] for token in tokens if (token[7] or "")[:1] in ("E", "e")), "")
    if exponent:
        places = re.match(r"[0#?]*", section.partition(".")[2])
        return f"{value:.{len(places[0]) if places else 0}E}"
    if sum(bool(token[8]) for token in tokens) > 1 and not re.search("[.,]", digits):
        return _masked(value, tokens)
    written = _digits(value * 100**percents, digits)
    out, done = [], False
    for token in tokens:
        if token[8]:
            out.append("" if done else written)
            done = True
        else:
            out.append(_literal(token, value))
    return " ".join("".join(out).split())


def _section(value: float, code: str) -> tuple[str, float]:
    """The part of the format for this number, and the number as it is to be written there."""
    sections = re.findall(r'((?:"[^"]*"|\\.|[^;"])*)(?:;|$)', code)[:4]
    sections = sections[:-1] if len(sections) > 1 and sections[-1] == "" and not code.endswith(";;") else sections
    if value < 0 and len(sections) > 1 and sections[1]:
        return sections[1], -value
    if value == 0 and len(sections) > 2 and sections[2]:
        return sections[2], value
    return sections[0], value


def _literal(token: re.Match[str], value: float) -> str:
    if token[6]:
        return plain(value)
    if token[4] is not None:
        return token[4]
    if token[1] is not None or token[2] is not None:
        return token[1] or token[2] or ""
    return token[9] or token[7] or (" " if token[0].startswith("_") else "")


def _digits(value: float, digits: str) -> str:
    while digits.endswith(","):  # each scales by a thousand
        digits, value = digits[:-1], value / 1000
    whole, _, after = digits.partition(".")
    places = sum(char in "0#?" for char in after)
    if abs(value) >= _LARGEST:
        return plain(value)
    exact = Decimal(repr(value)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    text = f"{abs(exact):,.{places}f}" if "," in whole else f"{abs(exact):.{places}f}"
    front, _, back = text.partition(".")
    keep = sum(char == "0" for char in after)
    back = back[:keep] + back[keep:].rstrip("0")
    least = whole.count("0")
    front = front.rjust(least, "0") if "," not in whole else front
    front = "" if front == "0" and not least and back else front
    return ("-" if exact < 0 else "") + front + (f".{back}" if back else "")


def _masked(value: float, tokens: list[re.Match[str]]) -> str:
    """Digits dealt out over the places of a mask such as `000-00-0000`, the rest before the first."""
    places = sum(len(token[8] or "") for token in tokens)
    left = str(int(Decimal(repr(abs(value))).quantize(Decimal(1), ROUND_HALF_UP))).rjust(places, "0")
    out = ["-" if value < 0 else ""]
    for token in tokens:
        take = len(token[8] or "")
        if take:
            take += len(left) - places if places < len(left) and len(out) == 1 else 0
            out.append(left[:take])
            left, places = left[take:], places - len(token[8] or "")
        else:
            out.append(_literal(token, value))
    return " ".join("".join(out).split())


def _mixed(value: float) -> str:
    whole = int(abs(value))
    part = Fraction(abs(value) - whole).limit_denominator(99)
    if part == 1:
        whole, part = whole + 1, Fraction(0)
    said = [str(whole)] if whole or not part else []
    said += [f"{part.numerator}/{part.denominator}"] if part else []
    return ("-" if value < 0 else "") + " ".join(said)


def _moment_of(value: float, from_1904: bool = False) -> datetime.datetime:
    """The day and time of a serial number. Raises OverflowError."""
    start = datetime.datetime(1904, 1, 1) if from_1904 else datetime.datetime(1899, 12, 30)
    if not from_1904 and 0 < value < 60:
        start = datetime.datetime(1899, 12, 31)  # sheets have a 29 February 1900
    return start + datetime.timedelta(seconds=round(value * 86400, 3))


def _moment(value: float, code: str, from_1904: bool) -> str:
    if value < 0:
        return plain(value)
    section = re.findall(r'((?:"[^"]*"|\\.|[^;"])*)(?:;|$)', code)[0]
    moment = _moment_of(value, from_1904)
    if "." not in section or "0" not in section:
        moment = (moment + datetime.timedelta(microseconds=500_000)).replace(microsecond=0)
    if _LOCAL.match(section):
        day, hour = moment.date().isoformat(), moment.strftime("%H:%M" if moment.second == 0 else "%H:%M:%S")
        return hour if "F400" in section else f"{day} {hour}" if "h" in section.lower() else day
    tokens = list(_TOKEN.finditer(section))
    halved = any(token[5] for token in tokens)
    out: list[str] = []
    hours_before = False
    for at, token in enumerate(tokens):
        letters = (token[7] or token[3] or "").lower()
        if token[3]:
            out.append(_elapsed(value, letters))
        elif token[5]:
            out.append("AM" if moment.hour < 12 else "PM")
        elif letters:
            minutes = letters[0] == "m" and len(letters) < 3 and (hours_before or _seconds_follow(tokens, at))
            out.append(_field(moment, letters, minutes, halved))
        elif token[8]:
            text = token[8]
            fraction = text.startswith(".0") and (
                tokens[at - 1][0].lower().startswith("s") or "[s" in tokens[at - 1][0]
            )
            out.append(f"{moment.microsecond / 1e6:.{text.count('0')}f}"[1:] if fraction else text)
        else:
            out.append(_literal(token, value))
        if letters:
            hours_before = letters[0] == "h"
    return " ".join("".join(out).split())


def _seconds_follow(tokens: list[re.Match[str]], at: int) -> bool:
    later = ((token[7] or token[3] or "").lower() for token in tokens[at + 1 :])
    return next((letters for letters in later if letters), "").startswith("s")


def _elapsed(value: float, letters: str) -> str:
    seconds = round(value * 86400)
    per = {"h": 3600, "m": 60, "s": 1}[letters[0]]
    return str(seconds // per).rjust(len(letters), "0")


def _field(moment: datetime.datetime, letters: str, minutes: bool, halved: bool) -> str:
    first, wide = letters[0], len(letters)
    if minutes:
        return str(moment.minute).rjust(wide, "0")
    if first in "ye":
        return str(moment.year) if wide > 2 or first == "e" else f"{moment.year % 100:02}"
    if first == "m":
        name = NAMES[moment.month - 1]
        return {1: str(moment.month), 2: f"{moment.month:02}", 3: name[:3], 5: name[0]}.get(wide, name)
    if first == "d":
        name = calendar.day_name[moment.weekday()]
        return {1: str(moment.day), 2: f"{moment.day:02}", 3: name[:3]}.get(wide, name)
    if first == "h":
        return str((moment.hour % 12 or 12) if halved else moment.hour).rjust(wide, "0")
    return str(moment.second).rjust(wide, "0") if first == "s" else ""
