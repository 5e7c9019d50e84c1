"""One request to an app, with its retries, redirects and credentials."""

from __future__ import annotations

import asyncio
import re
import secrets
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urljoin

from trunkline.clock import Clock
from trunkline.webhooks.address_map import Connection
from trunkline.webhooks.form import encode, with_query
from trunkline.webhooks.http.answers import (
    Answer,
    clean,
    drain,
    error_page,
    keep_headers,
    read_body,
)
from trunkline.webhooks.http.cookies import MOST_BYTES, Jar
from trunkline.webhooks.http.digest import answer_challenge
from trunkline.webhooks.http.egress import Egress
from trunkline.webhooks.http.exchange import LIMIT, Attempt, Exchange, Outgoing
from trunkline.webhooks.http.failures import ERRORS, Failed, explain, out_of_time
from trunkline.webhooks.http.headers import FIXED, FORM, SIGNATURE, TOKEN, token_text
from trunkline.webhooks.http.passage import Passage
from trunkline.webhooks.http.retry import Failure, another_follows
from trunkline.webhooks.http.wire import split_url
from trunkline.webhooks.shown_url import without_query
from trunkline.webhooks.signature import sign, with_body_digest
from trunkline.webhooks.target import InvalidTarget, Target, read_target

__all__ = ["Sending"]

MOST_REDIRECTS = 10
REDIRECTS = frozenset({301, 302, 303, 307, 308})
BECOME_GET = frozenset({301, 302, 303})
TOO_MANY_REDIRECTS = 11215
RETRIEVAL = 11200
PROTOCOL = 11206
MOST_SET_COOKIES = 50  # of one answer
MOST_SHOWN = 300  # characters of a URL in a reason
LOST_AFTER = 100  # ms until an answer that is to be lost is not waited for: time to be heard

_absolute = re.compile(r"\s*[a-z][a-z0-9+.-]*:", re.IGNORECASE).match


@dataclass(slots=True)
class _Hop:
    """What is requested now: first what was asked for, then where redirects lead."""

    target: Target
    method: str
    parameters: Sequence[tuple[str, str]]
    json_body: bytes | None
    credentials: tuple[str, str] | None
    home: bool  # the host that was asked for: cookies and credentials go nowhere else
    map: Connection | None
    repeats: bool = False  # its query may be that of the GET which was redirected
    authorization: str | None = None  # an answer to a digest challenge

    @property
    def url(self) -> str:
        """As it is requested and signed."""
        return self._complete(self.target.url)

    @property
    def shown(self) -> str:
        """As it may be stored: without the parameters of a GET, which can hold a text."""
        return without_query(self.target.url) if self.repeats else self.target.url

    @property
    def connect_url(self) -> str:
        """Where it goes: differs from `url` for a mapped target."""
        return self._complete(self.target.url if self.map is None else self.map.url)

    def _complete(self, url: str) -> str:
        if self.json_body is not None:
            return with_body_digest(url, self.json_body)
        if self.method == "GET" and self.parameters:
            return with_query(url, self.parameters)
        return url

    @property
    def body(self) -> bytes | None:
        if self.json_body is not None:
            return self.json_body
        return encode(self.parameters) if self.method == "POST" else None


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What an attempt leads to: nothing more, unless it says so."""

    location: str | None = None  # a redirect
    failure: Failure | None = None  # perhaps a retry
    challenged: bool = False  # the same again, with an answer to the challenge


DONE = _Outcome()


class Sending:
    """Makes one `Outgoing`. Used once."""

    def __init__(self, egress: Egress, clock: Clock, outgoing: Outgoing) -> None:
        self._egress = egress
        self._clock = clock
        self._outgoing = outgoing
        self._overrides = outgoing.target.overrides
        patience = LOST_AFTER if outgoing.loses_answer else self._overrides.rt
        # Where all attempts together have no more time than that, it cannot run out first.
        self._patience = patience / 1000 if patience < self._overrides.tt else None
        self._loop = asyncio.get_running_loop()
        self._jar = outgoing.cookies
        if self._jar is None and outgoing.read_body:
            self._jar = Jar()
        self._exchange = Exchange(url=outgoing.target.url)
        self._passage: Passage | None = None
        # Of the attempt under way
        self._hop = self._first_hop()
        self._url = ""
        self._shown = outgoing.target.url
        self._signature = ""
        self._started_at: datetime | None = None
        self._started = 0.0
        self._settled = False  # its outcome stands
        self._tells_by_get = outgoing.method == "GET" and bool(outgoing.parameters)

    async def run(self) -> Exchange:
        """What came of it. Never raises for what an app or the network does."""
        try:
            async with asyncio.timeout(self._overrides.tt / 1000):
                await self._follow()
        except TimeoutError:
            if self._settled:  # only the rest of an ignored body was waited for
                return self._exchange
            self._fail(out_of_time(self._hop.target, self._overrides, self._passage))
        return self._exchange

    def _first_hop(self) -> _Hop:
        outgoing = self._outgoing
        target = outgoing.target
        credentials = None
        if target.username is not None:
            credentials = (target.username, target.password or "")
        return _Hop(
            target=target,
            method="POST" if outgoing.json_body is not None else outgoing.method,
            parameters=outgoing.parameters,
            json_body=outgoing.json_body,
            credentials=credentials,
            home=True,
            map=self._locate(target),
        )

    async def _follow(self) -> None:
        """Make attempts until one is the last."""
        redirects = retries = 0
        while True:
            outcome = await self._attempt(retries)
            if outcome.location is not None:
                redirects += 1
                if redirects > MOST_REDIRECTS:
                    reason = f"more than {MOST_REDIRECTS} redirects"
                    self._end(Failed(TOO_MANY_REDIRECTS, reason, Failure.FINAL))
                    return
                try:
                    self._redirect(outcome.location)
                except InvalidTarget as error:
                    reason = f"a redirect that cannot be followed: {error}"
                    self._end(Failed(error.code, reason.rstrip("."), Failure.FINAL))
                    return
            elif outcome.failure is not None:
                if not another_follows(outcome.failure, self._overrides, retries):
                    return
                retries += 1
                self._hop.authorization = None  # a nonce counts once
            elif not outcome.challenged:
                return

    async def _attempt(self, retries: int) -> _Outcome:
        """One request on the wire: where it was redirected to, or how it failed."""
        hop = self._hop
        self._url = hop.url
        self._shown = hop.shown
        body = hop.body
        self._signature = sign(
            self._outgoing.auth_token,
            self._url,
            hop.parameters if hop.method == "POST" and hop.json_body is None else (),
        )
        headers = self._headers(body)
        passage = self._passage = Passage(
            allowed=self._outgoing.allowed,
            open=hop.map is not None,
            # Where a connection that was closed meanwhile may not be tried again, or was just
            # met, the pool is not asked. A connection that is to be broken is of its own.
            fresh=retries > 0
            or self._outgoing.loses_answer
            or not another_follows(Failure.CONNECT, self._overrides, retries),
            deaf=self._outgoing.loses_answer,
        )
        self._started_at = self._clock.now()
        self._started = self._loop.time()
        self._settled = False
        try:
            answer = await self._egress.request(
                hop.method,
                hop.connect_url,
                headers=headers,
                body=body,
                passage=passage,
                connect=self._overrides.ct / 1000,
                patience=self._patience,
            )
            try:
                return await self._take(answer)
            finally:
                answer.close()
        except ERRORS as error:
            failed = explain(error, hop.target, self._overrides, passage)
            self._fail(failed)
            return _Outcome(failure=failed.failure)

    async def _take(self, answer: Answer) -> _Outcome:
        """An answer has come."""
        exchange = self._exchange
        status = exchange.status = answer.status
        exchange.url = self._shown
        exchange.headers = keep_headers(answer.fields, queries=not self._tells_by_get)
        exchange.content_type = clean(answer.fields.get("content-type"))
        exchange.body = b""
        self._note_cookies(answer)
        location = answer.fields.get("location") if status in REDIRECTS else None
        if location or (status == 401 and self._challenged(answer)):
            self._end(None)
            await drain(answer)
            return _Outcome(location=location, challenged=not location)
        failed = self._judge(status)
        if self._outgoing.read_body:
            try:
                exchange.body = await read_body(answer, LIMIT)
            except ERRORS:
                if failed is None:
                    raise
                exchange.body = b""  # the status is what matters
        self._end(failed)
        if not self._outgoing.read_body:
            self._settled = True
            if failed is None:
                await drain(answer)
            else:
                exchange.body = await error_page(answer)
        return DONE if failed is None else _Outcome(failure=failed.failure)

    def _judge(self, status: int) -> Failed | None:
        """What a status means that leads nowhere else (behaviour 2.1)."""
        if status < 200:
            return Failed(PROTOCOL, f"it switched protocols, unasked ({status})", Failure.FINAL)
        if status in REDIRECTS and self._outgoing.read_body:
            return Failed(PROTOCOL, f"{status} without a Location", Failure.FINAL)
        if status < 400:
            return None
        failure = Failure.SERVER_ERROR if status >= 500 else Failure.CLIENT_ERROR
        return Failed(RETRIEVAL, str(status), failure)

    def _headers(self, body: bytes | None) -> dict[str, str]:
        """Those of behaviour 2.1, in a fixed order."""
        hop = self._hop
        headers = {
            "Host": hop.target.host_header,
            **FIXED,
            TOKEN: token_text(self._outgoing.token),
            SIGNATURE: self._signature,
            **self._outgoing.headers,
        }
        if body is not None:
            headers["Content-Type"] = FORM if hop.json_body is None else "application/json"
            headers["Content-Length"] = str(len(body))
        if self._jar is not None and hop.home:
            cookie = self._jar.header_for(self._url, self._clock.now().timestamp())
            if cookie is not None:
                headers["Cookie"] = cookie
        if hop.authorization is not None:
            headers["Authorization"] = hop.authorization
        elif hop.credentials is not None:
            pair = ":".join(hop.credentials).encode()
            headers["Authorization"] = f"Basic {b64encode(pair).decode('ascii')}"
        if hop.map is not None:
            headers.update(hop.map.headers)
        return headers

    def _redirect(self, location: str) -> None:
        """Go on where an answer leads. InvalidTarget: that is no place to request."""
        before = self._hop
        # A header is bytes: what is not UTF-8 in it becomes U+FFFD, and is escaped.
        text = location.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        try:
            joined = text if _absolute(text) else urljoin(self._url, text.strip())
        except ValueError:
            raise InvalidTarget("The URL is not valid.") from None
        target = replace(read_target(joined), overrides=self._overrides)
        home = before.home and _same_place(before.target, target)
        credentials = before.credentials if home else None
        if target.username is not None:
            credentials = (target.username, target.password or "")
        get = self._exchange.status in BECOME_GET and before.method == "POST"
        # The new URL is complete: a GET has no parameters of ours any more.
        drop = get or before.method == "GET"
        self._hop = _Hop(
            target=target,
            method="GET" if get else before.method,
            parameters=() if drop else before.parameters,
            json_body=None if drop else before.json_body,
            credentials=credentials,
            home=home,
            map=self._locate(target),
            repeats=self._tells_by_get,
        )

    def _challenged(self, answer: Answer) -> bool:
        """Answer a digest challenge, once. Whether another request follows."""
        hop = self._hop
        if hop.credentials is None or hop.authorization is not None:
            return False
        hop.authorization = answer_challenge(
            answer.fields.getall("www-authenticate"),
            user=hop.credentials[0],
            password=hop.credentials[1],
            method=hop.method,
            target=split_url(hop.connect_url)[1],
            cnonce=secrets.token_hex(8),
        )
        return hop.authorization is not None

    def _note_cookies(self, answer: Answer) -> None:
        if self._jar is None:
            return
        headers = answer.fields.getall("set-cookie")[:MOST_SET_COOKIES]
        cookies = [text for text in map(clean, headers) if text and len(text) <= MOST_BYTES]
        if cookies:
            self._exchange.set_cookies.append((self._url, cookies))
            self._jar = self._jar.copy()
            self._jar.update(self._url, cookies, self._clock.now().timestamp())

    def _locate(self, target: Target) -> Connection | None:
        locate = self._outgoing.locate
        return None if locate is None else locate(target)

    def _fail(self, failed: Failed) -> None:
        """There is no answer, or it broke off: what was there of it does not count."""
        exchange = self._exchange
        exchange.status = None
        exchange.headers = []
        exchange.content_type = None
        exchange.body = b""
        exchange.url = self._shown
        self._end(failed)

    def _end(self, failed: Failed | None) -> None:
        """Write an attempt down, or what became of it after that."""
        exchange = self._exchange
        exchange.error = None if failed is None else failed.code
        exchange.reason = "" if failed is None else self._sentence(failed)
        attempt = Attempt(
            url=self._shown,
            started_at=self._started_at or self._clock.now(),
            ms=int((self._loop.time() - self._started) * 1000) if self._started_at else 0,
            status=exchange.status,
            error=exchange.error,
            reason=exchange.reason or None,
            signature=self._signature,
        )
        last = exchange.attempts[-1] if exchange.attempts else None
        if last is not None and last.started_at is self._started_at:
            exchange.attempts[-1] = replace(attempt, ms=last.ms)
        else:
            exchange.attempts.append(attempt)

    def _sentence(self, failed: Failed) -> str:
        url = self._shown
        if len(url) > MOST_SHOWN:
            url = url[: MOST_SHOWN - 1] + "…"
        request = f"{self._hop.method} {url}"
        if failed.reason.isdigit():
            return f"{request} answered {failed.reason}."
        return f"{request}: {failed.reason}."


def _same_place(before: Target, after: Target) -> bool:
    """Whether what was meant for one host may go to the other: never from TLS to the clear."""
    return before.host == after.host and (before.scheme == after.scheme or after.scheme == "https")
