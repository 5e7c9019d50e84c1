"""Counting and cutting, against Twilio's sms-segments-calculator 1.3.0."""

import re
import subprocess
import sys
from itertools import pairwise

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from trunkline.messaging.text import gsm7
from trunkline.messaging.text.segments import (
    _LONERS,
    _PREPEND_BLOCKS,
    Segmentation,
    _cluster_pattern,
    measure,
    split,
)

FAMILY = "👨‍👩‍👧‍👦"  # 11 units

# The calculator's output: body, encoding, parts, bits. A septet is 7 bits, a UTF-16 unit 16.
VECTORS = [
    ("a" * 160, "GSM-7", 1, 1120),
    ("a" * 161, "GSM-7", 2, 1127),
    ("a" * 306, "GSM-7", 2, 2142),
    ("a" * 307, "GSM-7", 3, 2149),
    ("a" * 1600, "GSM-7", 11, 11200),
    ("a" * 159 + "€", "GSM-7", 2, 1127),
    ("a" * 158 + "€", "GSM-7", 1, 1120),
    ("€" * 80, "GSM-7", 1, 1120),
    ("€" * 81, "GSM-7", 2, 1134),
    ("a" * 152 + "€" + "a" * 152, "GSM-7", 3, 2142),
    ("é" * 160, "GSM-7", 1, 1120),
    ("ç", "UCS-2", 1, 16),
    ("ç" * 70, "UCS-2", 1, 1120),
    ("ç" * 71, "UCS-2", 2, 1136),
    ("ç" * 134, "UCS-2", 2, 2144),
    ("ç" * 135, "UCS-2", 3, 2160),
    ("`", "UCS-2", 1, 16),
    ("👍" * 35, "UCS-2", 1, 1120),
    ("👍" * 36, "UCS-2", 2, 1152),
    ("👍" * 66, "UCS-2", 2, 2112),
    ("👍" * 67, "UCS-2", 3, 2144),
    ("x" * 66 + "👍" + "x" * 10, "UCS-2", 2, 1248),
    ("\t", "UCS-2", 1, 16),
    ("[]{}\\~^|€\f", "GSM-7", 1, 140),
    ("a\r\nb", "GSM-7", 1, 28),
    ("“hi”", "UCS-2", 1, 64),
    (FAMILY, "UCS-2", 1, 176),
    ("Ω", "GSM-7", 1, 7),
    ("…", "UCS-2", 1, 16),
    ("", "GSM-7", 1, 0),
]

SMART_VECTORS = [
    ("“hi”", '"hi"', 1, 28),
    ("…", "...", 1, 21),
    ("’" * 160, "'" * 160, 1, 1120),
]

# Where the calculator ends the first part of texts whose limit falls inside a cluster.
FIRST_PARTS = [
    ("x" * 66 + "👍" * 5, 66),
    ("ж" * 60 + FAMILY * 2, 60),
    ("ж" * 66 + "🇺🇸🇬🇧", 66),
    ("ж" * 64 + "🇺🇸🇬🇧🇩🇪", 64),
    ("ж" * 66 + "e\u0301" * 5, 66),
    ("ж" * 64 + "👍🏽👍🏽", 64),
    ("ж" * 66 + "❤\ufe0f❤\ufe0f❤\ufe0f", 66),
    ("ж" * 66 + "1\ufe0f\u20e3 ok", 66),
    ("ж" * 66 + "\r\n" + "ж" * 5, 67),  # CR and LF may part
    ("ж" * 62 + "👨🏽‍🚀" + "ж" * 5, 62),
    ("ж" * 66 + "ก็" + "ж" * 5, 66),
    ("가" * 66 + "\u1112\u1161\u11ab" + "가" * 5, 66),
    # Younger than Unicode 10, so cut where the calculator cuts them: before the red hair, between
    # the people who hold hands, and before a virama's next letter.
    ("ж" * 63 + "👩‍🦰" + "ж" * 5, 66),
    ("ж" * 63 + "🧑‍🤝‍🧑" + "ж" * 5, 66),
    ("ж" * 65 + "क्ष" + "ж" * 5, 67),
]

EMOJI = ["👍", "👍🏽", "👩‍💻", FAMILY, "🏳️‍🌈", "🇺🇸", "🇬🇧", "❤️", "1️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"]
MIXED = [
    *"abc é€[^\r\n\u0600",
    "\u0d4e",
    "🇺",
    "🏽",
    "ж",
    "你",
    "가",
    "e\u0301",
    "ก็",
    "क्षि",
    "\u200d",
    "“",
    "`",
    *EMOJI,
]

gsm_text = st.text(st.sampled_from("abc é@Ω\n€[]^~"), max_size=700)
any_text = st.text(max_size=200) | st.lists(st.sampled_from(MIXED), max_size=300).map("".join)


def limits(encoding: str, parts: list[str]) -> int:
    return {"GSM-7": (160, 153), "UCS-2": (70, 67)}[encoding][len(parts) > 1]


def size(encoding: str, text: str) -> int:
    return (
        len(gsm7.encode(text))
        if encoding == "GSM-7"
        else len(text.encode("utf-16-le", "surrogatepass")) // 2
    )


@pytest.mark.parametrize(("body", "encoding", "segments", "bits"), VECTORS)
def test_calculator_vectors(body: str, encoding: str, segments: int, bits: int) -> None:
    units = bits // (7 if encoding == "GSM-7" else 16)

    assert measure(body) == (encoding, segments, units, body)


@pytest.mark.parametrize(("body", "replaced", "segments", "bits"), SMART_VECTORS)
def test_smart_encoded_vectors(body: str, replaced: str, segments: int, bits: int) -> None:
    assert measure(body, smart_encoded=True) == ("GSM-7", segments, bits // 7, replaced)


@pytest.mark.parametrize("body", ["“great” 👍", "“你好”…", "naïve…"])
def test_smart_encoding_leaves_a_text_that_stays_ucs2_as_written(body: str) -> None:
    assert measure(body, smart_encoded=True) == measure(body)
    assert measure(body).body == body


def test_smart_encoding_leaves_gsm_text_alone() -> None:
    assert measure("plain {text} €", smart_encoded=True).body == "plain {text} €"


@pytest.mark.parametrize(("body", "end"), FIRST_PARTS)
def test_a_cluster_moves_whole_to_the_next_part(body: str, end: int) -> None:
    parts = split(body)

    assert parts[0] == body[: len(parts[0])]
    assert size("UCS-2", parts[0]) == end
    assert "".join(parts) == body


def test_an_escape_pair_moves_whole_to_the_next_part() -> None:
    assert split("a" * 152 + "€" + "a" * 152) == ["a" * 152, "€" + "a" * 151, "a"]


def test_a_surrogate_pair_moves_whole_to_the_next_part() -> None:
    assert split("ж" + "👍" * 40) == ["ж" + "👍" * 33, "👍" * 7]
    assert split("👍" * 40) == ["👍" * 33, "👍" * 7]


@pytest.mark.parametrize("base", ["e", "👍", "👨"])
def test_a_cluster_longer_than_a_part_is_cut_between_characters(base: str) -> None:
    body = base + "\u0301" * 200
    parts = split(body)

    assert "".join(parts) == body
    assert len(parts) == measure(body).segments == 3 + (len(body.encode("utf-16-le")) > 402)
    assert all(size("UCS-2", part) <= 67 for part in parts)


def test_the_longest_body_of_joined_emoji_is_cut_in_full_parts() -> None:
    parts = split(FAMILY * 145)  # six families of 11 units a part

    assert [part.count("👦") for part in parts] == [6] * 24 + [1]


def test_lone_surrogates_do_no_harm() -> None:
    body = "\ud83d" * 40 + "\udc4d" * 40

    assert "".join(split(body)) == body
    assert measure(body).segments == 2


@given(any_text | gsm_text)
def test_parts_join_to_the_body_and_each_fits(body: str) -> None:
    encoding, segments, units, _ = measure(body)
    parts = split(body)

    assert "".join(parts) == body
    assert len(parts) == segments >= 1
    assert all(parts) or body == ""
    assert sum(size(encoding, part) for part in parts) == units
    assert max(size(encoding, part) for part in parts) <= limits(encoding, parts)


@given(any_text)
def test_encoding_is_gsm7_when_every_character_is(body: str) -> None:
    is_gsm = all(gsm7.septets(char) is not None for char in body)

    assert measure(body).encoding == ("GSM-7" if is_gsm else "UCS-2")


@given(any_text | gsm_text, any_text | gsm_text)
def test_more_text_never_takes_fewer_parts(body: str, more: str) -> None:
    first, both = measure(body), measure(body + more)

    assert first.segments <= both.segments
    if first.encoding == both.encoding:
        assert both.units == first.units + size(both.encoding, more)


@given(gsm_text)
def test_gsm_parts_are_as_full_as_the_escapes_allow(body: str) -> None:
    parts = split(body)

    for part, following in pairwise(parts):
        assert size("GSM-7", part + following[0]) > 153


@given(any_text)
def test_no_cluster_is_cut_unless_longer_than_a_part(body: str) -> None:
    boundaries = {0}
    for cluster in _cluster_pattern().findall(body):
        boundaries.add(max(boundaries) + len(cluster))
        if size("UCS-2", cluster) > 67:
            return
    cut = 0
    for part in split(body):
        cut += len(part)
        assert cut in boundaries


@given(any_text)
def test_smart_encoding_is_idempotent_and_never_costs_more_than_a_gsm_text(body: str) -> None:
    once = measure(body, smart_encoded=True)

    assert measure(once.body, smart_encoded=True) == once
    assert once.encoding == "GSM-7" or once == measure(body)


def test_loners_join_nothing_and_prepends_are_in_their_blocks() -> None:
    every_character = "".join(map(chr, range(0x110000)))
    loners = "".join(re.findall(f"[{_LONERS}]", every_character))
    joining = (
        r"[\p{GCB=Extend}\p{GCB=SpacingMark}\p{GCB=Prepend}\p{GCB=ZWJ}"
        r"\p{GCB=L}\p{GCB=V}\p{GCB=T}\p{RI}]"
    )

    assert len(loners) > 40_000
    assert regex.findall(joining, loners) == []
    prepends = "".join(regex.findall(r"\p{GCB=Prepend}", every_character))
    assert re.sub(f"[{_PREPEND_BLOCKS}]", "", prepends) == ""


def test_regex_is_loaded_only_when_a_cut_needs_it() -> None:
    program = (
        "import sys; from trunkline.messaging.text.segments import split; "
        "split('ж' * 500); split('👍' * 500); split('é' * 500); split('👨‍👩‍👧‍👦'); "
        "assert 'regex' not in sys.modules; "
        "split('жж' + '👨‍👩‍👧‍👦' * 9); assert 'regex' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_segmentation_is_a_value() -> None:
    assert measure("hi") == Segmentation("GSM-7", 1, 2, "hi")
