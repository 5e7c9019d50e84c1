"""A WAV as MP3, as Twilio serves recordings. Used by workers alone."""

from __future__ import annotations

from pathlib import Path

import soundfile

__all__ = ["encode_mp3"]

BLOCK = 1 << 16  # samples
# 0 is the best and 1 the worst of LAME's variable rates: about 16 kbit/s a channel at 8 kHz.
LEVEL = 0.25


def encode_mp3(source: Path, target: Path) -> int:
    """Encode; how many milliseconds it is. Raises soundfile.SoundFileError, OSError."""
    with (
        soundfile.SoundFile(source) as read,
        soundfile.SoundFile(
            target,
            "w",
            samplerate=read.samplerate,
            channels=read.channels,
            format="MP3",
            subtype="MPEG_LAYER_III",
            compression_level=LEVEL,
            bitrate_mode="VARIABLE",
        ) as written,
    ):
        # Not as whole numbers: libsndfile 1.2.2 halves the level of those with two channels.
        for block in read.blocks(BLOCK, dtype="float32"):
            written.write(block)
        return int(read.frames * 1000 // read.samplerate)
