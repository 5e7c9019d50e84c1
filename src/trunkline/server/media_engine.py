"""The media processes of a node, wired."""

from __future__ import annotations

from trunkline.voice.media.client import MediaClient

__all__ = ["media_client"]


def media_client() -> MediaClient:
    """What opens legs, and moves the time of worlds. No process is started by it before the first
    call; `stop` ends those that are there."""
    return MediaClient()
