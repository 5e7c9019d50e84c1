"""Why audio that an app names cannot be played."""

from __future__ import annotations

__all__ = ["NOT_FETCHED", "WRONG_TYPE", "AudioFailed"]

NOT_FETCHED = 11200
WRONG_TYPE = 13420


class AudioFailed(Exception):
    """An audio file cannot be had: `code` is that of the alert, e.g. 11200 or 13420.

    Its text is the rest of a sentence, and quotes no URL. `url` is the one that failed, without
    userinfo, fragment and query; `status` that of the answer, None where there was none.
    """

    def __init__(
        self, code: int, reason: str, url: str | None = None, *, status: int | None = None
    ) -> None:
        super().__init__(reason)
        self.code = code
        self.url = url
        self.status = status
