"""What the fixture `trunkline` is: a world for one test, and all that happens in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Any

from trunkline.testing import twilio_clients
from trunkline.testing.apps.interface import Interface
from trunkline.testing.apps.served import App
from trunkline.testing.apps.together import Apps
from trunkline.testing.calls import Call
from trunkline.testing.clock import Clock
from trunkline.testing.errors import TrunklineError, hidden
from trunkline.testing.expectations import Expected
from trunkline.testing.messages import Message
from trunkline.testing.phone import Phone
from trunkline.testing.report import expectation_report, failure_report
from trunkline.testing.transcript import Transcript, conversation
from trunkline.testing.webhooks import WebhookRequest, Webhooks, was_made
from trunkline.testing.why import Explanation, explanation
from trunkline.testing.world import World

if TYPE_CHECKING:
    from twilio.rest import Client  # type: ignore[import-untyped]

__all__ = ["Trunkline"]

__tracebackhide__ = hidden

MOST = 1000  # requests, messages


class Trunkline:
    """A world of the platform with an account, numbers, phones and a clock of its own.

    It lasts as long as the test. What reads (`expects`, `inbox`, `webhooks`, `transcript`, `why`)
    lets the world settle first, so that nothing depends on how fast an app is.
    """

    clock: Clock
    """The world's clock."""

    def __init__(self, world: World, *, within: float) -> None:
        self._world = world
        self._within = within
        self._apps = Apps(world)
        self._phones: dict[str, Phone] = {}
        self._adopted = ExitStack()
        self._client: Any = None
        self.clock = Clock(world)

    def __repr__(self) -> str:
        return f"<trunkline: world {self._world.name} at {self.base_url}>"

    @property
    def client(self) -> Client:
        """A `twilio.rest.Client` with the account's credentials. Raises TrunklineError when
        twilio-python is not installed."""
        if self._client is None:
            self._client = twilio_clients.client(self._world.credentials)
        return self._client

    @property
    def account_sid(self) -> str:
        """The account's SID; TWILIO_ACCOUNT_SID while the test runs."""
        return self._world.credentials.account_sid

    @property
    def auth_token(self) -> str:
        """The account's auth token; TWILIO_AUTH_TOKEN while the test runs."""
        return self._world.credentials.auth_token

    @property
    def api_key(self) -> str:
        """The SID of an API key of the account."""
        return self._world.credentials.api_key

    @property
    def api_secret(self) -> str:
        """The secret of that key."""
        return self._world.credentials.api_secret

    @property
    def base_url(self) -> str:
        """Where the platform is: scheme, host and port."""
        return self._world.connections.base_url

    @property
    def number(self) -> str:
        """The first of the account's numbers; TWILIO_PHONE_NUMBER while the test runs."""
        return self.numbers[0]

    @property
    def numbers(self) -> tuple[str, ...]:
        """The numbers that the account has from the start: two local, two toll-free."""
        return self._world.credentials.numbers

    def phone(self, number: str) -> Phone:
        """The virtual phone with a number: any in E.164 that the account does not have."""
        known = self._phones.get(number)
        if known is None:
            made = Phone(self._world, number, within=self._within, explain=self._explain)
            known = self._phones.setdefault(number, made)
        return known

    def app(
        self,
        app: Any,
        webhook: str | None = None,
        *,
        public_url: str | None = None,
        fallback: str | None = None,
        voice: str | None = None,
        voice_fallback: str | None = None,
        numbers: Iterable[str] | None = None,
        interface: Interface | None = None,
    ) -> App:
        """Serve an ASGI or WSGI app for as long as the test runs; or name one that runs, by its
        URL.

        `webhook` is the path (or URL) to which messages that come in go, `fallback` the one for
        when that fails: the `sms_url` and `sms_fallback_url` of `numbers`, which are all that the
        account has by default. `voice` and `voice_fallback` are the same for calls that come in.
        `public_url` is what the app is asked as and what requests are signed for:
        `https://app.test.example`, for a second app `https://app-2.test.example`. `interface` is
        `"asgi"` or `"wsgi"`, where that cannot be told. Raises TrunklineError, also when the app's
        own startup fails.
        """
        local_url, watch = self._apps.serve(app, interface)
        return self._apps.add(
            local_url,
            watch,
            public_url=public_url,
            webhook=webhook,
            fallback=fallback,
            voice=voice,
            voice_fallback=voice_fallback,
            numbers=numbers,
        )

    @property
    def calls(self) -> list[Call]:
        """The calls of the world, oldest first, once it is settled."""
        self._world.settle()
        listed = self._world.control("GET", f"/calls?limit={MOST}")["calls"]
        own = set(self.numbers)
        return [
            Call(self._world, each["from"] if each["to"] in own else each["to"], each["sid"])
            for each in reversed(listed)
        ]

    def settle(self) -> None:
        """Return when all that is due is done and the apps have answered. Nothing is waited for
        that is due later."""
        self._world.settle()

    @property
    def webhooks(self) -> Webhooks:
        """The requests that were made to apps, oldest first, once the world is settled."""
        self._world.settle()
        listed = self._world.control("GET", f"/webhooks?limit={MOST}")["requests"]
        made = [summary for summary in reversed(listed) if was_made(summary)]
        return Webhooks([WebhookRequest(each, self._request, self.auth_token) for each in made])

    def chaos(
        self,
        *,
        duplicate: float = 0.0,
        drop: float = 0.0,
        reorder: float = 0.0,
        delay: float = 0.0,
        delay_seconds: float = 5.0,
        contradict: float = 0.0,
        seed: int = 0,
    ) -> None:
        """Disturb the requests to apps, each with a probability from 0 to 1.

        `duplicate`: it comes twice at once. `drop`: the connection breaks before the answer, and
        it comes again. `reorder`: it lets the next about the same message pass. `delay`: it comes
        up to `delay_seconds` late, in the world's time. `contradict`: `undelivered` is told before
        `delivered`. The same seed brings the same chaos. Without arguments all is calm again.
        """
        asked = {
            "duplicate": float(duplicate),
            "drop": float(drop),
            "reorder": float(reorder),
            "delay": float(delay),
            "contradict": float(contradict),
        }
        if not any(asked.values()):
            self._world.control("DELETE", "/webhooks/chaos")
            return
        rest = {"delay_seconds": delay_seconds, "seed": seed}
        self._world.control("PUT", "/webhooks/chaos", asked | rest)

    def transcript(self) -> Transcript:
        """The conversation of the world, once it is settled: text to compare with."""
        self._world.settle()
        found = self._world.control("GET", f"/transcript?limit={MOST}")
        return conversation(found["messages"])

    def why(self, sid: str) -> Explanation:
        """All that is known of a message, once the world is settled: print it. Raises
        TrunklineError for a SID of no message of this world."""
        self._world.settle()
        return explanation(self._world, sid)

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the control API about this world (`docs/openapi/control.json`): the answer's JSON.

        `path` is below `/trunkline/v1`. Raises TrunklineError with the platform's own sentence.
        """
        return self._world.control(method, path, body)

    def adopt(self, client: Any) -> None:
        """Give a `twilio.rest.Client` of the app's own the credentials of this test, until it
        ends: one that was made when the app was imported, or from other settings."""
        adopted = twilio_clients.Adopted(client, self._world.credentials)
        self._adopted.callback(adopted.give_back)

    def _request(self, id: str) -> dict[str, Any]:
        found: dict[str, Any] = self._world.control("GET", f"/webhooks/{id}")
        return found

    def _explain(self, first: str, phone: str, what: Expected, received: Sequence[Message]) -> str:
        return expectation_report(
            self._world,
            first,
            phone,
            what,
            received=received,
            errors=self._apps.errors,
            served=len(self._apps) > 0,
        )

    def _report(self, *, brief: bool) -> str:
        return failure_report(self._world, self._apps.errors, brief=brief)

    def _close(self) -> None:
        self._adopted.close()
        if self._client is not None:
            twilio_clients.close_client(self._client)
        try:
            if self._world.has_calls:
                self._world.control("POST", "/calls/end")
        except TrunklineError:
            pass  # a platform that has ended has no calls
        try:
            self._apps.stop()
        finally:
            with suppress(TrunklineError):  # a platform that has ended reaches nothing
                self._apps.unmap()
