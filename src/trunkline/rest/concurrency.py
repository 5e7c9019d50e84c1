"""Twilio's limit on REST requests: how many of an account are under way at once (section 8)."""

from __future__ import annotations

from trunkline.rest import catalogue

__all__ = ["ConcurrencyLimit"]


class ConcurrencyLimit:
    """Counts the requests of each account that are under way; refuses those above `most`."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._running: dict[str, int] = {}

    def enter(self, account_sid: str) -> int:
        """Count one more; how many there are now. 429/20429 when there are `most` already."""
        running = self._running.get(account_sid, 0) + 1
        if running > self._most:
            raise catalogue.TOO_MANY_REQUESTS()
        self._running[account_sid] = running
        return running

    def leave(self, account_sid: str) -> None:
        """Count one less; to be called once for each `enter` that returned."""
        running = self._running[account_sid] - 1
        if running:
            self._running[account_sid] = running
        else:
            del self._running[account_sid]

    def running(self, account_sid: str) -> int:
        """How many requests of the account are under way."""
        return self._running.get(account_sid, 0)
