"""What the authorization server refuses, in the words of its standards.

Descriptions are ASCII without quotes and backslashes, as RFC 6749 (4.1.2.1, 5.2) wants them, and
hold nothing that the client sent.
"""

from __future__ import annotations

__all__ = [
    "AccessDenied",
    "AuthorizationPending",
    "ExpiredToken",
    "InvalidClient",
    "InvalidClientMetadata",
    "InvalidGrant",
    "InvalidRedirectUri",
    "InvalidRequest",
    "InvalidScope",
    "InvalidTarget",
    "OAuthError",
    "PageRefused",
    "SlowDown",
    "TemporarilyUnavailable",
    "TooManyTries",
    "UnauthorizedClient",
    "UnsupportedGrantType",
    "UnsupportedResponseType",
]


class OAuthError(Exception):
    """The request was refused."""

    error = "invalid_request"
    status = 400

    def __init__(
        self, description: str = "", *, status: int | None = None, retry_after: float | None = None
    ) -> None:
        self.description = description or " ".join((self.__doc__ or "").split())
        self.status = status or type(self).status
        self.retry_after = retry_after  # seconds
        super().__init__(self.description)


class InvalidRequest(OAuthError):
    """The request misses a parameter, has one twice, or cannot be read."""


class InvalidClient(OAuthError):
    """There is no such client: register it again."""

    error = "invalid_client"
    status = 401


class InvalidGrant(OAuthError):
    """The code or token is unknown, used, expired, revoked, or of another client."""

    error = "invalid_grant"


class UnauthorizedClient(OAuthError):
    """The client did not register for this grant type."""

    error = "unauthorized_client"


class UnsupportedGrantType(OAuthError):
    """The grant type is not one of those in the metadata."""

    error = "unsupported_grant_type"


class UnsupportedResponseType(OAuthError):
    """The response type must be code."""

    error = "unsupported_response_type"


class InvalidScope(OAuthError):
    """None of the scopes is known here."""

    error = "invalid_scope"


class InvalidTarget(OAuthError):
    """The resource is not one of this platform, or not the one that was allowed (RFC 8707)."""

    error = "invalid_target"


class InvalidRedirectUri(OAuthError):
    """A redirect URI must be https, or http on 127.0.0.1, [::1] or localhost, and have no
    fragment."""

    error = "invalid_redirect_uri"


class InvalidClientMetadata(OAuthError):
    """The client metadata cannot be accepted."""

    error = "invalid_client_metadata"


class AuthorizationPending(OAuthError):
    """Nobody has decided yet: ask again after the interval."""

    error = "authorization_pending"


class SlowDown(OAuthError):
    """Too fast: wait 5 seconds more between requests from now on."""

    error = "slow_down"


class ExpiredToken(OAuthError):
    """The device code has expired: begin again."""

    error = "expired_token"


class AccessDenied(OAuthError):
    """The person did not allow it."""

    error = "access_denied"


class TemporarilyUnavailable(OAuthError):
    """This cannot be done now: try again later."""

    error = "temporarily_unavailable"
    status = 503


class TooManyTries(OAuthError):
    """Too many tries from this address: wait a minute, then go on."""

    error = "temporarily_unavailable"
    status = 429


class PageRefused(Exception):
    """What a person is told on a page, because nothing may be sent to the client."""

    def __init__(self, message: str, *, status: int = 400, retry_after: float | None = None):
        self.message = message
        self.status = status
        self.retry_after = retry_after  # seconds
        super().__init__(message)
