"""What the gateway refuses, by name: code, HTTP status, message. A face renders it in its own form.

An answer of 502, 503 or 504 says that nothing was done or that doing it again does no harm: clients
send such requests again by themselves. What may have been done is answered with 409.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = [
    "AccessDenied",
    "AlreadyExists",
    "AnswerTooLarge",
    "BadRequest",
    "ConnectionMissing",
    "ConnectionNotActive",
    "CredentialsRefused",
    "GatewayError",
    "InputInvalid",
    "NotAuthenticated",
    "NotFound",
    "OutcomeUnknown",
    "ProviderRefused",
    "RateLimited",
    "TargetRefused",
    "TooLarge",
    "Unavailable",
    "UpstreamTimeout",
    "UpstreamUnreachable",
    "WrongApp",
]


class GatewayError(Exception):
    """A refusal. `data` is for programs; nothing in it or in the message may be a secret."""

    code = "bad_request"
    status = 400

    def __init__(
        self,
        message: str = "",
        *,
        data: Mapping[str, Any] | None = None,
        retry_after: float | None = None,
    ) -> None:
        self.message = message or " ".join((self.__doc__ or "").split())
        self.data = data
        self.retry_after = retry_after  # seconds
        self.noted = False  # whether it is in the audit log already
        super().__init__(self.message)


class BadRequest(GatewayError):
    """The request cannot be understood."""


class InputInvalid(GatewayError):
    """The input does not fit what the action asks for."""

    code = "invalid_input"


class NotAuthenticated(GatewayError):
    """Send a key of this gateway: Authorization: Bearer KEY."""

    code = "not_authenticated"
    status = 401


class AccessDenied(GatewayError):
    """This key may not do that."""

    code = "access_denied"
    status = 403


class NotFound(GatewayError):
    """There is no such thing, or it is not yours."""

    code = "not_found"
    status = 404


class ConnectionMissing(GatewayError):
    """There is no active connection for this app: create one first."""

    code = "connection_missing"


class ConnectionNotActive(GatewayError):
    """This connection is not active: connect it again."""

    code = "connection_not_active"


class CredentialsRefused(GatewayError):
    """The provider does not accept the credentials of this connection: connect it again."""

    code = "credentials_refused"


class WrongApp(GatewayError):
    """This connection belongs to another app."""

    code = "wrong_app"


class TargetRefused(GatewayError):
    """The path does not lead to this connection's provider."""

    code = "target_refused"


class TooLarge(GatewayError):
    """The request is larger than this gateway takes."""

    code = "too_large"
    status = 413


class AlreadyExists(GatewayError):
    """There is one with this key already."""

    code = "already_exists"
    status = 409


class OutcomeUnknown(GatewayError):
    """The provider was asked, and its answer was lost: look whether it was done, then ask again."""

    code = "outcome_unknown"
    status = 409


class AnswerTooLarge(GatewayError):
    """The provider's answer is larger than this gateway passes on."""

    code = "answer_too_large"
    status = 424


class ProviderRefused(GatewayError):
    """The provider refused; `data` has `status` and `body`, its answer."""

    code = "provider_refused"
    status = 400


class RateLimited(GatewayError):
    """Too many requests: wait, then go on."""

    code = "rate_limited"
    status = 429


class UpstreamUnreachable(GatewayError):
    """The provider cannot be reached; nothing was sent to it."""

    code = "upstream_unreachable"
    status = 502


class Unavailable(GatewayError):
    """The gateway cannot work now; nothing was sent to the provider."""

    code = "unavailable"
    status = 503


class UpstreamTimeout(GatewayError):
    """The provider did not answer in time; the request changes nothing, so it may be sent again."""

    code = "upstream_timeout"
    status = 504
