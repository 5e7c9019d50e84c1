"""`<say-as>`: what is to be read in place of what is written.

Sources: `say-as` in Amazon Polly's supported SSML tags, and in Google's Speech Synthesis Markup
Language. Words are put in English; in other languages the engine's own reading is the better one,
and only what is spelled is taken apart.
"""

from __future__ import annotations

import re

from trunkline.voice.speech.english_numbers import cardinal, digit, ordinal, year

__all__ = ["is_bleeped", "say_as"]

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_SYMBOLS = {
    "@": "at", "#": "pound", "*": "star", ".": "dot", "-": "dash", "_": "underscore", "/": "slash",
    "+": "plus", "&": "and", ":": "colon", "%": "percent", "$": "dollar", "=": "equals",
}  # fmt: skip
_DATE_FORMATS = frozenset(["mdy", "dmy", "ymd", "ydm", "md", "dm", "ym", "my", "d", "m", "y"])
_number = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+|[+-]?\d+").fullmatch
_fraction = re.compile(r"(?:(\d+)\s*\+\s*|(\d+)\s+)?(\d+)\s*/\s*(\d+)").fullmatch
_duration = re.compile(r"(?:(\d+)')?\s*(?:(\d+)(?:\"|''))?").fullmatch
_extension = re.compile(r"(.*?)(?:\s*(?:x|ext\.?)\s*)(\d+)", re.IGNORECASE).fullmatch


def is_bleeped(kind: str | None) -> bool:
    """Whether a tone is in the place of the words."""
    return (kind or "").strip().lower() in ("expletive", "bleep")


def say_as(words: str, kind: str | None, form: str | None, language: str) -> str:
    """The text for `<say-as interpret-as="kind" format="form">`. What is not of its kind is read
    as it stands."""
    text = " ".join(words.split())
    english = language.lower().partition("-")[0] == "en"
    match (kind or "").strip().lower():
        case "characters" | "character" | "spell-out" | "verbatim":
            return _spelled(text, english)
        case "digits":
            return " ".join(_digits(text, english))
        case "telephone":
            return _telephone(text, english)
    if not english:
        return text
    match (kind or "").strip().lower():
        case "cardinal" | "number":
            return cardinal(_read_number(text)) if _number(text) else text
        case "ordinal":
            number = text.rstrip("stndrh.") if text[:1].isdigit() else text
            return ordinal(_read_number(number)) if _number(number) else text
        case "fraction":
            return _read_fraction(text)
        case "date":
            return _read_date(text, (form or "mdy").strip().lower())
        case "time":
            return _read_time(text)
    return text


def _spelled(text: str, english: bool) -> str:
    letters = [letter for letter in text if not letter.isspace()]
    if english:
        letters = [_SYMBOLS.get(letter, letter) for letter in letters]
    # Capitals: `a` alone is an article.
    return ", ".join(_digit(each, english) if len(each) == 1 else each for each in letters).replace(
        ",,", ","
    )


def _digit(letter: str, english: bool) -> str:
    return digit(letter) if english and letter in "0123456789" else letter.upper()


def _digits(text: str, english: bool) -> list[str]:
    return [_digit(each, english) for each in text if each.isalnum()]


def _telephone(text: str, english: bool) -> str:
    number, extension = text, ""
    if (found := _extension(text)) is not None:
        number, extension = found[1], found[2]
    plus = number.strip().startswith("+")
    digits = [letter for letter in number if letter.isalnum()]
    if len(digits) == 11 and digits[0] == "1":
        groups = [digits[:1], digits[1:4], digits[4:7], digits[7:]]
    elif len(digits) == 10 and not plus:
        groups = [digits[:3], digits[3:6], digits[6:]]
    else:
        groups = [
            [letter for letter in part if letter.isalnum()] for part in re.split(r"\W", number)
        ]
    spoken = [" ".join(_digit(each, english) for each in group) for group in groups if group]
    if plus and english:
        spoken[:1] = [f"plus {spoken[0]}"] if spoken else []
    if extension:
        said = " ".join(_digit(each, english) for each in extension)
        spoken.append(f"extension {said}" if english else said)
    return ", ".join(spoken)


def _read_number(text: str) -> int:
    return int(text.replace(",", "")[:18])


def _read_fraction(text: str) -> str:
    found = _fraction(text)
    if found is None or any(part and len(part) > 15 for part in found.groups()):
        return text
    whole, above, below = found[1] or found[2], int(found[3]), int(found[4])
    name = {1: "", 2: "half", 4: "quarter"}.get(below) or ordinal(below)
    if above != 1:
        name = "halves" if below == 2 else f"{name}s"
    part = f"{cardinal(above)} {name}"
    return f"{cardinal(int(whole))} and {part}" if whole else part


def _read_date(text: str, form: str) -> str:
    fields = re.findall(r"\d+", text)
    if form not in _DATE_FORMATS or not re.fullmatch(r"[\d\s./-]+", text):
        return text
    if len(fields) == 1 and len(fields[0]) == 8 and len(form) == 3:
        # 20261121, or ????1121: without separators it is in this order
        fields, form = [fields[0][:4], fields[0][4:6], fields[0][6:]], "ymd"
    if len(fields) != len(form) or any(len(field) > 4 for field in fields):
        return text
    given = dict(zip(form, map(int, fields), strict=True))
    month, day = given.get("m", 1), given.get("d", 1)
    if not 1 <= month <= 12 or not 1 <= day <= 31:
        return text
    said = ""
    if "m" in given:
        said = _MONTHS[month - 1]
    if "d" in given:
        said = f"{said} {ordinal(day)}".strip()
    if "y" in given:
        number = given["y"]
        if len(fields[form.index("y")]) <= 2:
            number += 2000 if number < 70 else 1900
        said = f"{said}, {year(number)}" if "d" in given else f"{said} {year(number)}".strip()
    return said


def _read_time(text: str) -> str:
    found = _duration(text)
    if found is None or not any(found.groups()):
        return text
    parts = []
    for count, unit in zip(found.groups(), ("minute", "second"), strict=True):
        if count and len(count) < 15:
            parts.append(f"{cardinal(int(count))} {unit}{'' if int(count) == 1 else 's'}")
    return " ".join(parts) or text
