"""How a token request fails. Nothing here quotes what a provider wrote but its error code."""

from __future__ import annotations

__all__ = ["GrantRefused", "NotNow", "TokenRequestFailed"]


class TokenRequestFailed(Exception):
    """No tokens came. `reason` is one sentence without any secret."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class GrantRefused(TokenRequestFailed):
    """The provider does not accept the client, the code or the refresh token; nor will it later."""


class NotNow(TokenRequestFailed):
    """It did not work this time. With `doubt`, the provider may have carried it out: what was sent
    (a code, a refresh token) may be used up, and the tokens that came of it are lost."""

    def __init__(
        self, reason: str, *, retry_after: float | None = None, doubt: bool = False
    ) -> None:
        self.retry_after = retry_after  # seconds, as the provider said
        self.doubt = doubt
        super().__init__(reason)
