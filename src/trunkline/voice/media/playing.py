"""What plays on a leg: playbacks after each other, each of sources after each other.

`pull` is called once a tick and leg, and does no more than cut the next frame out of an array.
Files come into memory by `Sounds`, beginning when they are queued; until a file is there, its leg
hears silence.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from trunkline.voice.media.frame import FRAME_SAMPLES, SILENCE, Frame, Samples
from trunkline.voice.media.load_sounds import Sound, Sounds
from trunkline.voice.media.tones import KEYS, PAUSES, dtmf, tone
from trunkline.voice.media.wire import Digits, File, Silence, Source, Tone

__all__ = ["Ended", "Playing", "Sound", "Sounds"]


@dataclass(frozen=True, slots=True)
class Ended:
    """A playback that has ended."""

    playback: int
    stopped: bool  # before its end
    failed: bool  # a file of it could not be read, and was left out


@dataclass(frozen=True, slots=True)
class _Piece:
    """So many samples of an array, from its beginning again and again."""

    samples: Samples
    length: int
    key: str = ""  # whose tone this is


class _Playback:
    """One order to play: its pieces, as often as it loops."""

    __slots__ = ("_loop", "_parts", "failed", "number")

    def __init__(self, number: int, sources: Sequence[Source], loop: int, sounds: Sounds) -> None:
        self.number = number
        self.failed = False
        self._loop = loop
        self._parts: list[_Piece | Sound] = []
        for source in sources:
            match source:
                case File(path=path):
                    self._parts.append(sounds.fetch(path))
                case Tone(name=name, frames=frames):
                    self._add(tone(name), frames)
                case Silence(frames=frames) if frames > 0:
                    self._add(SILENCE, frames)
                case Digits(digits=digits):
                    self._add_digits(digits)

    def _add(self, samples: Samples, frames: int = 0, key: str = "") -> None:
        self._parts.append(_Piece(samples, frames * FRAME_SAMPLES or len(samples), key))

    def _add_digits(self, digits: str) -> None:
        for key in digits:
            if key in PAUSES:
                self._add(SILENCE, PAUSES[key])
            elif key in KEYS:
                self._add(dtmf(key), key=key)
            else:
                self.failed = True

    def pieces(self) -> Iterator[_Piece | None]:
        """One after the other; None: the next one is not there yet, ask again."""
        passes = 0
        while not self._loop or passes < self._loop:
            passes += 1
            nothing = True
            for part in self._parts:
                while isinstance(part, Sound) and not part.ready:
                    yield None
                piece = part if isinstance(part, _Piece) else self._whole(part)
                if piece.length > 0:
                    nothing = False
                    yield piece
            if nothing:  # not for ever, either
                return

    def _whole(self, sound: Sound) -> _Piece:
        if sound.samples is None:
            self.failed = True
            return _Piece(SILENCE, 0)
        return _Piece(sound.samples, len(sound.samples))


class Playing:
    """The play queue of a leg. All methods are for the tick's thread."""

    __slots__ = (
        "_at", "_current", "_key", "_left", "_length", "_pieces", "_queue", "_samples", "_sounds",
        "ended", "pressed",
    )  # fmt: skip

    def __init__(self, sounds: Sounds) -> None:
        self._sounds = sounds
        self._queue: deque[_Playback] = deque()
        self._current: _Playback | None = None
        self._pieces: Iterator[_Piece | None] = iter(())
        # The piece that is being played: its array, how long that is, where in it, and how many
        # samples of the piece are to come.
        self._samples: Samples | None = None
        self._length = 0
        self._at = 0
        self._left = 0
        self._key = ""
        self.pressed = ""
        """The key whose tone begins with the frame that was pulled last, or `""`."""
        self.ended: list[Ended] = []
        """What has ended since this was cleared, which the reader does."""

    @property
    def busy(self) -> bool:
        """Whether anything plays, or waits to."""
        return self._current is not None or bool(self._queue)

    def add(self, playback: int, sources: Sequence[Source], loop: int = 1) -> None:
        """Play after all that is there; `loop` times, 0: until it is stopped."""
        self._queue.append(_Playback(playback, sources, loop, self._sounds))

    def stop(self) -> None:
        """End all that plays or waits to, which `ended` tells of each."""
        playbacks = [*([self._current] if self._current else []), *self._queue]
        self.ended += [Ended(playback.number, True, playback.failed) for playback in playbacks]
        self._queue.clear()
        self._current = None
        self._samples = None
        self._key = ""

    def pull(self) -> Frame | None:
        """The next frame to the far end, or None: nothing plays. What ends with this frame is in
        `ended` when it returns, so that the next order can follow without a gap."""
        samples = self._samples
        if samples is None:
            self.pressed = ""
            if not self.busy:
                return None
            self._advance()
            samples = self._samples
            if samples is None:  # a file is not there yet, or there was nothing to play
                return SILENCE if self.busy else None
        self.pressed = self._key
        at = self._at
        end = at + FRAME_SAMPLES
        frame = SILENCE if samples is SILENCE else samples[at:end]
        self._at = end if end < self._length else 0
        self._left -= FRAME_SAMPLES
        if self._left > 0:
            self._key = ""
        else:
            self._advance()
        return frame

    def _advance(self) -> None:
        """Go to the next piece that is there, and tell what ends on the way."""
        self._samples = None
        self._key = ""
        while True:
            if self._current is None:
                if not self._queue:
                    return
                self._current = self._queue.popleft()
                self._pieces = self._current.pieces()
            for piece in self._pieces:
                if piece is not None:
                    self._samples = piece.samples
                    self._length = len(piece.samples)
                    self._at = 0
                    self._left = piece.length
                    self._key = piece.key
                return
            self.ended.append(Ended(self._current.number, False, self._current.failed))
            self._current = None
