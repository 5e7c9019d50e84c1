"""Compare what clients and phones saw, what the app wrote down, and what the database holds."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import asyncpg
from twilio.request_validator import RequestValidator

from tests.crash.app_log import ACTION, ASKED_ON, INBOUND, MORE, REDIRECTED, STATUS, reply_to
from tests.crash.load import FAILING, NO_RECEIPT, WIRE
from tests.crash.webhook_load import WebhookLoad
from tests.support.platform import World
from tests.support.raw_http import messages as messages_path

DELIVERIES = """
SELECT id, token, subject_kind || replace(subject_id::text, '-', '') AS subject, outcome
FROM deliveries ORDER BY id
"""


@dataclass
class Asked:
    """A request as the app wrote it down. Times are those of the system's clock, in ns."""

    at: int
    path: str
    signature: str | None
    token: str | None
    form: dict[str, str]
    answered: int | None = None

    @property
    def tells(self) -> tuple[str, str, str | None]:
        """What it is about: the same request twice has the same."""
        return self.path, self.form["MessageSid"], self.form.get("MessageStatus")


def read_log(log: Path) -> list[Asked]:
    """Every request that the app was handed, in order."""
    asked: dict[int, Asked] = {}
    for line in log.read_text().splitlines():
        facts = json.loads(line)
        number = facts.pop("number")
        if "answered" in facts:
            asked[number].answered = facts["answered"]
        else:
            form = dict(parse_qsl(facts.pop("body"), keep_blank_values=True))
            asked[number] = Asked(form=form, **facts)
    return list(asked.values())


@dataclass
class WebhookLedger:
    """All that is known of requests to the app when nothing is on its way any more."""

    asked: list[Asked]
    deliveries: list[Any]
    waiting: int  # requests that are left in the queue

    @classmethod
    async def read(cls, url: str, log: Path) -> WebhookLedger:
        """Read the database and the app's file."""
        connection = await asyncpg.connect(url)
        try:
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                deliveries = await connection.fetch(DELIVERIES)
                waiting = await connection.fetchval("SELECT count(*) FROM deliveries_due")
        finally:
            await connection.close()
        return cls(await asyncio.to_thread(read_log, log), deliveries, waiting)

    @property
    def repeated(self) -> int:
        """How many requests were made again."""
        return len(self.asked) - len({asked.token for asked in self.asked})

    def check(self, world: World, load: WebhookLoad, shown: list[dict[str, Any]]) -> None:
        """Everything that is promised about them. `shown` is what the API lists."""
        messages = {message["sid"]: message for message in shown}
        self._check_requests(world, load)
        self._check_log()
        self._check_order()
        self._check_callbacks(messages)
        self._check_promptness(load)
        self._check_sessions(messages)
        _check_replies(load, messages)

    def _check_requests(self, world: World, load: WebhookLoad) -> None:
        """Each is signed, answered, and named by its token: the same if it comes again."""
        validator = RequestValidator(world.auth_token)
        for asked in self.asked:
            url = load.app + asked.path
            assert validator.validate(url, asked.form, asked.signature), asked
            assert asked.answered is not None, asked
        pairs = {(asked.token, asked.tells) for asked in self.asked}
        assert len(pairs) == len({token for token, _ in pairs}), "a token stands for two requests"
        assert len(pairs) == len({tells for _, tells in pairs}), "a repetition has another token"
        assert None not in {token for token, _ in pairs}

    def _check_log(self) -> None:
        """The platform's own log has every request, once; none has failed or is left."""
        assert self.waiting == 0
        assert Counter(row["outcome"] for row in self.deliveries) == {
            "delivered": len(self.deliveries)
        }
        tokens = [str(row["token"]) for row in self.deliveries]
        assert len(tokens) == len(set(tokens))
        assert set(tokens) == {asked.token for asked in self.asked}, "the log is not complete"

    def _check_order(self) -> None:
        """Those of one subject come one after the other, in the order in which they came about;
        the next comes only when the one before will never come again."""
        subjects = {str(row["token"]): row["subject"] for row in self.deliveries}
        by_subject: dict[str, list[Asked]] = defaultdict(list)
        for asked in self.asked:
            assert asked.token is not None
            by_subject[subjects[asked.token]].append(asked)
        in_order: dict[str, list[str]] = defaultdict(list)
        for row in self.deliveries:
            in_order[row["subject"]].append(str(row["token"]))
        for subject, requests in by_subject.items():
            came = [token for token, _ in itertools.groupby(a.token for a in requests)]
            assert came == in_order[subject], (subject, requests)
            for before, after in itertools.pairwise(requests):
                assert before.answered is not None
                assert before.answered < after.at, (before, after)

    def _check_callbacks(self, messages: dict[str, Any]) -> None:
        """Each status that a message reaches is told, and no other one."""
        told: dict[str, list[Asked]] = defaultdict(list)
        for asked in self.asked:
            if asked.path == STATUS:
                told[asked.form["MessageSid"]].append(asked)
        asks = _replies_with_action(messages)
        for sid, message in messages.items():
            statuses = [asked.form["MessageStatus"] for asked in told.pop(sid, [])]
            watched = message["direction"] == "outbound-api" or sid in asks
            expected = _statuses(message) if watched else []
            assert list(dict.fromkeys(statuses)) == expected, (sid, message, statuses)
        assert not told, "callbacks about messages that are not there"

    def _check_promptness(self, load: WebhookLoad) -> None:
        """No callback comes before the answer that creates its message."""
        first: dict[str, int] = {}
        for asked in self.asked:
            first.setdefault(asked.form["MessageSid"], asked.at)
        early = {
            sid: first[sid] - written
            for sid, written in load.written.items()
            if sid in first and first[sid] < written
        }
        assert early == {}, "callbacks came before the answers (nanoseconds)"

    def _check_sessions(self, messages: dict[str, Any]) -> None:
        """The app was asked about every text that came in, and how to go on after a reply."""
        came: dict[str, set[str]] = defaultdict(set)
        for asked in self.asked:
            if asked.path != STATUS:
                came[asked.form["MessageSid"]].add(asked.path)
        asks = _replies_with_action(messages)
        for sid, message in messages.items():
            expected: set[str] = set()
            if _is_text(message):
                redirected = _last_word(message) == REDIRECTED
                expected = {INBOUND, MORE} if redirected else {INBOUND}
            elif sid in asks and "sent" in _statuses(message):
                expected = {ACTION}
            assert came.pop(sid, set()) == expected, (sid, message)
        assert not came, "requests about messages that are not there"


def _check_replies(load: WebhookLoad, messages: dict[str, Any]) -> None:
    """Every text that came in is received and has one reply; there are no others."""
    texts = {sid: message for sid, message in messages.items() if _is_text(message)}
    assert load.texts <= texts.keys()
    assert {message["status"] for message in texts.values()} <= {"received"}
    replies = Counter(
        (message["body"], message["to"], message["from"])
        for message in messages.values()
        if message["direction"] == "outbound-reply"
    )
    expected = Counter((reply_to(sid), m["from"], m["to"]) for sid, m in texts.items())
    assert replies == expected, (replies - expected, expected - replies)


def _is_text(message: Any) -> bool:
    """Whether a phone of the load wrote it; phones that answer by themselves do so elsewhere."""
    return bool(message["direction"] == "inbound" and message["body"].startswith("text "))


def _last_word(message: Any) -> str:
    return str(message["body"].rpartition(" ")[2])


def _replies_with_action(messages: dict[str, Any]) -> set[str]:
    """The SIDs of replies whose TwiML asked for an action, and for status callbacks."""
    asks = {
        reply_to(sid) for sid, m in messages.items() if _is_text(m) and _last_word(m) == ASKED_ON
    }
    return {sid for sid, m in messages.items() if m["body"] in asks}


def _statuses(message: Any) -> list[str]:
    """What is told of a message that settled, in order."""
    recipient = message["to"]
    if recipient.startswith(WIRE):
        return ["sent"] if message["status"] == "sent" else []  # else in doubt
    if recipient == FAILING:
        return ["sent", "undelivered"]
    return ["sent"] if recipient == NO_RECEIPT else ["sent", "delivered"]


def all_messages(world: World) -> list[dict[str, Any]]:
    """Every message of the account, as the API pages through them."""
    found: list[dict[str, Any]] = []
    path = messages_path(world, ".json?PageSize=1000")
    while path:
        page = world.get(path)
        found += page["messages"]
        path = page["next_page_uri"]
    return found
