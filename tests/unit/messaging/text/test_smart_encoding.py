"""Replacement of look-alikes, against the map of Twilio's sms-segments-calculator 1.3.0."""

import sys
import unicodedata
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.messaging.text import gsm7
from trunkline.messaging.text.smart_encoding import replace_lookalikes

EVERY_CHARACTER = [chr(code) for code in range(sys.maxunicode + 1)]
KEYS = [char for char in EVERY_CHARACTER if replace_lookalikes(char) != char]


@pytest.mark.parametrize(
    ("text", "replaced"),
    [
        ("“It’s here” – now…", '"It\'s here" - now...'),
        ("«½ price»", '"1/2 price"'),
        ("a\u00a0b", "a  b"),
        ("a\tb", "a       b"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("ＦＵＬＬ　１２３！", "FULL  123!"),
        ("ꜱᴍᴀʟʟ", "SMALL"),
        ("`quote`", "'quote'"),
        ("• one‼", "- one!!"),
        ("〈ａｂｃ〉", "〈ａｂｃ〉"),  # full-width small letters are not in the map
        ("👍 你好 ç", "👍 你好 ç"),
    ],
)
def test_replacements(text: str, replaced: str) -> None:
    assert replace_lookalikes(text) == replaced


def test_the_map_has_271_characters_none_of_them_gsm() -> None:
    assert len(KEYS) == 271
    assert [char for char in KEYS if gsm7.septets(char) is not None] == []


def test_the_map_is_twilios_to_the_letter() -> None:
    """Every character with its replacement, as in the table of the calculator's package."""
    table = "\n".join(f"{ord(char):04X} {replace_lookalikes(char)}" for char in sorted(KEYS))

    assert sha256(table.encode()).hexdigest() == (
        "dbf09541127c357cc77e978273b4d4716573b712057684600206b8a5112f7ced"
    )


def test_every_replacement_is_gsm_text() -> None:
    assert [char for char in KEYS if gsm7.septets(replace_lookalikes(char)) is None] == []


def test_full_width_forms_become_what_unicode_says() -> None:
    wide = [char for char in KEYS if "\uff01" <= char <= "\uff5e"]

    assert len(wide) == 67
    assert all(replace_lookalikes(char) == unicodedata.normalize("NFKC", char) for char in wide)


def test_small_capitals_become_their_letters() -> None:
    capitals = [char for char in KEYS if "LETTER SMALL CAPITAL" in unicodedata.name(char, "")]

    assert len(capitals) == 24
    assert all(
        unicodedata.name(char).endswith("CAPITAL " + replace_lookalikes(char)) for char in capitals
    )


@given(st.text(st.sampled_from(KEYS) | st.characters()))
def test_replacing_twice_changes_nothing_more(text: str) -> None:
    once = replace_lookalikes(text)

    assert replace_lookalikes(once) == once
