"""G.711: values of the recommendation, libsndfile as a second opinion, there and back."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
import soundfile

from trunkline.voice.media.frame import Samples
from trunkline.voice.media.g711 import (
    ALAW_SILENCE,
    ULAW_SILENCE,
    decode_alaw,
    decode_ulaw,
    encode_alaw,
    encode_ulaw,
)

ALL = bytes(range(256))
EVERY_SAMPLE = np.arange(-0x8000, 0x8000).astype(np.int16)


@pytest.mark.parametrize(
    ("octet", "value"),
    [(0x80, 32_124), (0x00, -32_124), (0xFF, 0), (0x7F, 0), (0xFE, 8), (0x7E, -8), (0xEF, 132)],
)
def test_decode_ulaw(octet: int, value: int) -> None:
    assert decode_ulaw(bytes([octet]))[0] == value


@pytest.mark.parametrize(
    ("octet", "value"),
    [(0xAA, 32_256), (0x2A, -32_256), (0xD5, 8), (0x55, -8), (0xD4, 24), (0xC5, 264)],
)
def test_decode_alaw(octet: int, value: int) -> None:
    assert decode_alaw(bytes([octet]))[0] == value


@pytest.mark.parametrize(("law", "decode"), [("ULAW", decode_ulaw), ("ALAW", decode_alaw)])
def test_decoding_is_that_of_libsndfile(law: str, decode: Callable[[bytes], Samples]) -> None:
    samples, _ = soundfile.read(
        io.BytesIO(ALL), dtype="int16", format="RAW", subtype=law, channels=1, samplerate=8000
    )
    assert decode(ALL).tolist() == samples.tolist()


def test_what_was_decoded_is_encoded_to_the_same() -> None:
    assert encode_alaw(decode_alaw(ALL)) == ALL
    # Both zeros of µ-law are the same value.
    assert encode_ulaw(decode_ulaw(ALL)) == ALL.replace(b"\x7f", b"\xff")


@pytest.mark.parametrize(
    ("encode", "decode"), [(encode_ulaw, decode_ulaw), (encode_alaw, decode_alaw)]
)
def test_every_sample_comes_back_within_half_a_step(
    encode: Callable[[Samples], bytes], decode: Callable[[bytes], Samples]
) -> None:
    back = decode(encode(EVERY_SAMPLE)).astype(int)
    # A step is a sixteenth of the value, or less, and the bits below the code's are cut off.
    half_a_step = (np.abs(EVERY_SAMPLE.astype(int)) + 132) // 32 + 4
    assert (np.abs(back - EVERY_SAMPLE) <= half_a_step).all()
    assert (np.diff(back) >= 0).all()


def test_silence() -> None:
    assert encode_ulaw(np.zeros(3, np.int16)) == bytes([ULAW_SILENCE] * 3)
    assert encode_alaw(np.zeros(3, np.int16)) == bytes([ALAW_SILENCE] * 3)


def test_a_part_of_samples_is_encoded() -> None:
    samples = np.arange(0, 3200, 10).astype(np.int16)
    assert encode_ulaw(samples[160:]) == encode_ulaw(samples)[160:]
