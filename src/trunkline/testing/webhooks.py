"""The requests that a test's world made to apps, as values to look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, overload
from urllib.parse import urlsplit

from trunkline.testing.errors import TrunklineError, hidden
from trunkline.testing.twilio_clients import request_validator
from trunkline.webhooks.form import with_query

__all__ = ["Attempt", "Headers", "WebhookRequest", "Webhooks"]

__tracebackhide__ = hidden

NOT_SENT = ("dropped",)  # nothing was left to tell


class Headers(Mapping[str, str]):
    """Headers, found by their names in any case."""

    def __init__(self, pairs: Sequence[Sequence[str]]) -> None:
        self._pairs = {name.lower(): (name, value) for name, value in pairs}

    def __getitem__(self, name: str) -> str:
        return self._pairs[name.lower()][1]

    def __iter__(self) -> Iterator[str]:
        return (name for name, _ in self._pairs.values())

    def __len__(self) -> int:
        return len(self._pairs)

    def __repr__(self) -> str:
        return repr(dict(self))


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One request on the wire: the first, a retry, a duplicate, or a hop of a redirect."""

    url: str
    """Where it went."""
    status: int | None = None
    """What was answered; None where nothing was."""
    error: int | None = None
    """The error code, e.g. 11200."""
    reason: str | None = None
    """The error in a sentence."""
    ms: int = field(default=0, compare=False)
    """How long it took, in milliseconds."""
    signature: str = field(default="", repr=False)
    """Its X-Twilio-Signature."""


class WebhookRequest:
    """A request that was made to an app."""

    def __init__(
        self, summary: dict[str, Any], load: Callable[[str], dict[str, Any]], auth_token: str
    ) -> None:
        """`load` reads all that is known of the request with an id."""
        self._known = summary
        self._load = load
        self._loaded: dict[str, Any] | None = None
        self._auth_token = auth_token

    def __repr__(self) -> str:
        known = self._known
        told = f" {known['told']}" if known["told"] else ""
        came = known["outcome"] if self.status is None else self.status
        error = f", error {known['error_code']}" if known["error_code"] else ""
        times = f", {known['attempts']} attempts" if known["attempts"] > 1 else ""
        return f"<{self.method} {self.url} ({known['kind']}{told}): {came}{error}{times}>"

    @property
    def id(self) -> str:
        """The id by which `trunkline webhooks` knows it."""
        return str(self._known["id"])

    @property
    def subject(self) -> str:
        """The SID of what it is about."""
        return str(self._known["subject"])

    @property
    def kind(self) -> str:
        """`message.inbound`, `message.status`, …"""
        return str(self._known["kind"])

    @property
    def method(self) -> str:
        """`POST` or `GET`."""
        return str(self._known["method"])

    @property
    def url(self) -> str:
        """The public URL, without what a GET adds to its query."""
        return str(self._known["url"])

    @property
    def outcome(self) -> str:
        """`delivered`, `failed`, or `waiting` and `under_way` for one that has not ended."""
        return str(self._known["outcome"])

    @property
    def status(self) -> int | None:
        """The HTTP status that the app answered; None where it did not answer."""
        found: int | None = self._known["status"]
        return found

    @property
    def error_code(self) -> int | None:
        """Twilio's error code, e.g. 11200 or 12100."""
        found: int | None = self._known["error_code"]
        return found

    @property
    def params(self) -> dict[str, str]:
        """What was sent: `Body`, `From`, `MessageStatus`, … Empty when the message is gone."""
        return dict(self._sent["parameters"] or ())

    @property
    def headers(self) -> Headers:
        """The headers that were sent; their names in any case."""
        return Headers(self._sent["headers"])

    @property
    def signature(self) -> str:
        """The X-Twilio-Signature that was sent."""
        return self.headers.get("X-Twilio-Signature", "")

    @property
    def signature_valid(self) -> bool:
        """Whether twilio-python's RequestValidator takes the signature for the public URL and the
        test's auth token."""
        pairs = [(name, value) for name, value in self._sent["parameters"] or ()]
        is_form = self.method == "POST"
        url = self.url if is_form else with_query(self.url, pairs)
        validator = request_validator(self._auth_token)
        return bool(validator.validate(url, dict(pairs) if is_form else {}, self.signature))

    @property
    def body(self) -> str:
        """What the app answered, as text; empty where it answered nothing."""
        return self._answer.get("body") or ""

    @property
    def content_type(self) -> str | None:
        """The Content-Type of the answer."""
        return Headers(self._answer.get("headers", ())).get("Content-Type")

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """Each request on the wire, in order."""
        names = ("url", "status", "error", "reason", "ms", "signature")
        tries = self._detail["tries"]
        return tuple(Attempt(**{name: made[name] for name in names}) for made in tries)

    @property
    def errors(self) -> tuple[str, ...]:
        """What went wrong, a sentence each: of attempts, and with the answer."""
        found = [f"{a.error}: {a.reason}" for a in self.attempts if a.error is not None]
        code = self.error_code
        if code is not None and not any(text.startswith(f"{code}:") for text in found):
            found.append(f"{code}: {self._detail['error_title']}.")
        return tuple(found)

    @property
    def _detail(self) -> dict[str, Any]:
        if self._loaded is None:
            self._loaded = self._load(self.id)
        return self._loaded

    @property
    def _sent(self) -> dict[str, Any]:
        found: dict[str, Any] = self._detail["request"]
        return found

    @property
    def _answer(self) -> dict[str, Any]:
        return self._detail["response"] or {}


class Webhooks(Sequence[WebhookRequest]):
    """Requests to apps, oldest first."""

    def __init__(self, requests: Sequence[WebhookRequest]) -> None:
        self._requests = list(requests)

    @property
    def last(self) -> WebhookRequest:
        """The newest one. Raises TrunklineError when there is none."""
        if not self._requests:
            raise TrunklineError("No request was made to an app.")
        return self._requests[-1]

    def to(self, where: str) -> Webhooks:
        """Those to a path, such as `"/sms"`, or to a URL."""
        if "://" in where:
            return Webhooks([each for each in self if each.url == where])
        return Webhooks([each for each in self if urlsplit(each.url).path == where])

    @overload
    def __getitem__(self, index: int) -> WebhookRequest: ...
    @overload
    def __getitem__(self, index: slice) -> Webhooks: ...
    def __getitem__(self, index: int | slice) -> WebhookRequest | Webhooks:
        found = self._requests[index]
        return Webhooks(found) if isinstance(found, list) else found

    def __len__(self) -> int:
        return len(self._requests)

    def __repr__(self) -> str:
        if not self._requests:
            return "<no requests to apps>"
        return "\n".join(map(repr, self._requests))


def was_made(summary: dict[str, Any]) -> bool:
    """Whether a request has been sent, as far as is known."""
    return summary["outcome"] not in NOT_SENT and not (
        summary["outcome"] == "waiting" and not summary["attempts"]
    )
