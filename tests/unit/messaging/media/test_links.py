"""An address of a file is good for hours, on this platform, and for that file alone."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from trunkline.clock import RealClock
from trunkline.messaging.media.links import LIFE, PREFIX, MediaLinks, NamedFile, NoLink
from trunkline.secret_box import SecretBox

FILE = NamedFile("a" * 32, "b" * 32)
BOX = SecretBox(b"k" * 32)


class Clock(RealClock):
    """A clock that can be moved."""

    ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self.ahead


def test_an_address_names_its_file() -> None:
    links = MediaLinks(BOX, RealClock())
    assert links.read(links.make(FILE)) == FILE
    assert links.make(FILE) != links.make(FILE)


def test_an_address_shows_no_sid() -> None:
    path = MediaLinks(BOX, RealClock()).make(FILE)
    assert path.startswith(PREFIX)
    assert "a" * 8 not in path


def test_an_address_ends() -> None:
    clock = Clock()
    links = MediaLinks(BOX, clock)
    path = links.make(FILE)
    clock.ahead = LIFE - timedelta(seconds=2)
    assert links.read(path) == FILE
    clock.ahead = LIFE + timedelta(seconds=2)
    with pytest.raises(NoLink):
        links.read(path)


@pytest.mark.parametrize(
    "word",
    ["", "AAAA", "a", "\u00e9", "=" * 9, "A" * 10_000, "../../etc/passwd", "\0"],
)
def test_what_was_not_made_here_names_nothing(word: str) -> None:
    with pytest.raises(NoLink):
        MediaLinks(BOX, RealClock()).read(PREFIX + word)


def test_an_address_cannot_be_changed() -> None:
    links = MediaLinks(BOX, RealClock())
    path = links.make(FILE)
    for place in range(len(PREFIX), len(path)):
        other = "A" if path[place] != "A" else "B"
        with pytest.raises(NoLink):
            links.read(path[:place] + other + path[place + 1 :])


def test_another_platforms_address_names_nothing() -> None:
    path = MediaLinks(SecretBox(b"o" * 32), RealClock()).make(FILE)
    with pytest.raises(NoLink):
        MediaLinks(BOX, RealClock()).read(path)


def test_other_secrets_of_this_platform_name_nothing() -> None:
    from base64 import urlsafe_b64encode

    for text in ("token", f"other {FILE.message_id} {FILE.media_id} 99999999999"):
        word = urlsafe_b64encode(BOX.seal(text)).decode()
        with pytest.raises(NoLink):
            MediaLinks(BOX, RealClock()).read(PREFIX + word)
