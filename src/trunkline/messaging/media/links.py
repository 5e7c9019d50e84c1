"""The address at which the bytes of a media file are, for a while: what `GET …/Media/ME…` leads to.

It names the file in a sealed word, so that it can be neither guessed nor made to last longer.
"""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import timedelta

from trunkline.clock import Clock
from trunkline.secret_box import SecretBox, SecretBoxError

__all__ = ["PREFIX", "MediaLinks", "NamedFile", "NoLink"]

PREFIX = "/m/"
LIFE = timedelta(hours=4)
KIND = "media"  # other things are sealed with the same key
MOST_WORD = 512  # characters


class NoLink(Exception):
    """The address is none of this platform's, or its time is over."""


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A media file, by the ids of its message and of itself."""

    message_id: str
    media_id: str


class MediaLinks:
    """Makes and reads addresses. `clock` is real: an address is not older in a moved world."""

    def __init__(self, box: SecretBox, clock: Clock) -> None:
        self._box = box
        self._clock = clock

    def make(self, file: NamedFile) -> str:
        """The path, on this platform, of a file's bytes."""
        until = int((self._clock.now() + LIFE).timestamp())
        sealed = self._box.seal(f"{KIND} {file.message_id} {file.media_id} {until}")
        return PREFIX + urlsafe_b64encode(sealed).decode().rstrip("=")

    def read(self, path: str) -> NamedFile:
        """The file that a path names. Raises NoLink."""
        word = path.removeprefix(PREFIX)
        if len(word) > MOST_WORD or not word.isascii():
            raise NoLink
        try:
            sealed = urlsafe_b64decode(word + "=" * (-len(word) % 4))
            kind, message_id, media_id, until = self._box.unseal(sealed).split(" ")
        except (binascii.Error, SecretBoxError, ValueError):
            raise NoLink from None
        if kind != KIND or int(until) < self._clock.now().timestamp():
            raise NoLink
        return NamedFile(message_id, media_id)
