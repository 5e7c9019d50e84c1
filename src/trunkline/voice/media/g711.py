"""G.711, both laws, as tables: exact, and one look-up a sample.

Decoding is that of the recommendation's tables 1 and 2. Encoding is that of ITU's own program
(G.191, Software Tool Library: `ulaw_compress`, `alaw_compress`), which says what becomes of values
that lie between two: what was decoded is encoded to the same octet again. The one exception is
µ-law's negative zero (0x7F), which is zero when decoded, and so encoded 0xFF.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from trunkline.voice.media.frame import Samples

__all__ = [
    "ALAW_SILENCE",
    "ULAW_SILENCE",
    "decode_alaw",
    "decode_ulaw",
    "encode_alaw",
    "encode_ulaw",
]

ULAW_SILENCE = 0xFF
ALAW_SILENCE = 0xD5

Octets = npt.NDArray[np.uint8]


def decode_ulaw(data: bytes | bytearray | memoryview) -> Samples:
    """The samples of µ-law octets."""
    return _DECODE_ULAW[np.frombuffer(data, np.uint8)]


def decode_alaw(data: bytes | bytearray | memoryview) -> Samples:
    """The samples of A-law octets."""
    return _DECODE_ALAW[np.frombuffer(data, np.uint8)]


def encode_ulaw(samples: Samples) -> bytes:
    """µ-law octets: one a sample."""
    return _ENCODE_ULAW[samples.view(np.uint16)].tobytes()


def encode_alaw(samples: Samples) -> bytes:
    """A-law octets: one a sample."""
    return _ENCODE_ALAW[samples.view(np.uint16)].tobytes()


def _ulaw_value(octet: int) -> int:
    """Table 2: 14 bits, at the upper end of 16. All bits of the octet are inverted on the line."""
    octet ^= 0xFF
    size = ((((octet & 0x0F) << 1) + 33) << (octet >> 4 & 7)) - 33
    return -4 * size if octet & 0x80 else 4 * size


def _ulaw_octet(sample: int) -> int:
    # One's complement of negative values, cut to 14 bits: -1 is nearer to "minus zero" than to -4.
    size = min(((~sample if sample < 0 else sample) >> 2) + 33, 0x1FFF)
    segment = size.bit_length() - 6
    octet = segment << 4 | (size >> (segment + 1) & 0x0F)
    return (octet | (0x80 if sample < 0 else 0)) ^ 0xFF


def _alaw_value(octet: int) -> int:
    """Table 1: 13 bits, at the upper end of 16. Every other bit is inverted on the line."""
    octet ^= 0x55
    segment, step = octet >> 4 & 7, octet & 0x0F
    size = (step << 4) + 8 if segment == 0 else ((step << 4) + 0x108) << (segment - 1)
    return size if octet & 0x80 else -size


def _alaw_octet(sample: int) -> int:
    size = (~sample if sample < 0 else sample) >> 4
    segment = max(size.bit_length() - 4, 0)
    step = size & 0x0F if segment == 0 else size >> (segment - 1) & 0x0F
    return (segment << 4 | step | (0 if sample < 0 else 0x80)) ^ 0x55


def _decoding(value: Callable[[int], int]) -> Samples:
    return np.array([value(octet) for octet in range(256)], np.int16)


def _encoding(octet: Callable[[int], int]) -> Octets:
    """A table to be looked up with the sample's two octets as a number without a sign."""
    signed = (*range(0x8000), *range(-0x8000, 0))
    return np.array([octet(sample) for sample in signed], np.uint8)


_DECODE_ULAW = _decoding(_ulaw_value)
_DECODE_ALAW = _decoding(_alaw_value)
_ENCODE_ULAW = _encoding(_ulaw_octet)
_ENCODE_ALAW = _encoding(_alaw_octet)
