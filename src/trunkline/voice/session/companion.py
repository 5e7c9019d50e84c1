"""What a call that was dialled by another one tells it."""

from __future__ import annotations

from typing import Protocol

__all__ = ["Companion"]


class Companion(Protocol):
    """The call that dialled this one."""

    async def answered(self) -> bool:
        """The call is answered: let it hear its whisper, and be connected. Returns when the two
        have parted: whether this call is to go on by itself, with the document it was given."""

    def left(self) -> None:
        """The call was redirected before anybody heard of its answer: it goes on by itself."""

    def over(self, status: str) -> None:
        """The call has ended."""

    def ringing(self) -> None:
        """The call rings."""
