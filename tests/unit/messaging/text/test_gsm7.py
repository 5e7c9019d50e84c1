"""The GSM 7-bit tables, against 3GPP TS 23.038 section 6.2.1."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.messaging.text import gsm7

BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = "\f^{}\\[~]|€"

gsm_text = st.text(st.sampled_from(BASIC + EXTENSION))


def test_there_are_127_basic_characters_and_10_extended() -> None:
    assert len(set(BASIC)) == 127
    assert {char for char in map(chr, range(0x110000)) if gsm7.septets(char) == 1} == set(BASIC)
    assert {char for char in map(chr, range(0x110000)) if gsm7.septets(char) == 2} == set(EXTENSION)


@pytest.mark.parametrize("char", list("`\tçÁ“—…\u00a0👍\x1b\x00"))
def test_lookalikes_and_controls_are_not_gsm(char: str) -> None:
    assert gsm7.septets(char) is None
    assert gsm7.septets("é" + char) is None  # both the ASCII path and the other
    with pytest.raises(ValueError, match="GSM 7-bit"):
        gsm7.encode(char)


@pytest.mark.parametrize(
    ("text", "octets"),
    [
        ("", ""),
        ("@", "00"),
        ("Hello", "48656c6c6f"),
        ("$1 £2", "0231200132"),
        ("àΞñ_Δ§", "7f1a7d11105f"),
        ("€", "1b65"),
        ("[]", "1b3c1b3e"),
        ("{^}", "1b281b141b29"),
        ("~|\\\f", "1b3d1b401b2f1b0a"),
        ("a\r\nb", "610d0a62"),
    ],
)
def test_text_and_its_septets(text: str, octets: str) -> None:
    assert gsm7.encode(text).hex() == octets
    assert gsm7.decode(bytes.fromhex(octets)) == text


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (b"\x1ba", "a"),  # an extension code that does not exist
        (b"a\x1b", "a "),
        (b"\x1b\x1be", " e"),
        (b"a\x80\xff", "a\ufffd\ufffd"),
    ],
)
def test_what_no_phone_should_send_still_decodes(octets: bytes, text: str) -> None:
    assert gsm7.decode(octets) == text


@given(gsm_text)
def test_gsm_text_survives_the_round_trip(text: str) -> None:
    octets = gsm7.encode(text)

    assert gsm7.septets(text) == len(octets)
    assert gsm7.decode(octets) == text


@given(st.text(st.sampled_from(BASIC + EXTENSION + "`ç\t👍“"), max_size=20))
def test_one_foreign_character_makes_the_text_foreign(text: str) -> None:
    assert (gsm7.septets(text) is None) == bool(set(text) - set(BASIC + EXTENSION))


@given(st.binary())
def test_decoding_is_total(octets: bytes) -> None:
    assert len(gsm7.decode(octets)) <= len(octets)
