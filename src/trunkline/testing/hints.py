"""Why a phone may not have got its message, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from trunkline.messaging.inbound.opt_out_keywords import Keyword, classify
from trunkline.testing.durations import shown
from trunkline.testing.expectations import Expected, fits
from trunkline.testing.messages import Message
from trunkline.testing.timeline import Facts

__all__ = ["hints"]

REFUSED = 403


def hints(facts: Facts, phone: str, what: Expected, *, served: bool) -> list[str]:
    """What the facts suggest, a sentence or two each. `served` says that the test serves apps."""
    return [
        *_due(facts, phone),
        *_failed(facts, phone),
        *_opted_out(facts, phone),
        *_requests(facts, phone, served=served),
        *_elsewhere(facts, phone, what),
    ]


def _due(facts: Facts, phone: str) -> Iterator[str]:
    for entry in facts.messages:
        if entry["to"] == phone and entry["waits_for"] is not None and entry["due_at"] is not None:
            left = datetime.fromisoformat(entry["due_at"]) - facts.now
            if left.total_seconds() > 0:
                yield (
                    f"{_quoted(entry)} is due in {shown(left)}: "
                    f'trunkline.clock.advance("{shown(left)}")'
                )
    for request in facts.requests:
        if request["outcome"] != "waiting":
            continue
        left = datetime.fromisoformat(request["created_at"]) - facts.now
        if facts.chaos is not None and facts.chaos["delay"] and left.total_seconds() <= 0:
            late = shown(timedelta(seconds=facts.chaos["delay_seconds"]))
            yield (
                f"A request to {request['url']} is late by chaos, {late} at most: "
                f'trunkline.clock.advance("{late}")'
            )
        elif left.total_seconds() > 0:
            yield (
                f"A request to {request['url']} is due in {shown(left)}: "
                f'trunkline.clock.advance("{shown(left)}")'
            )


def _failed(facts: Facts, phone: str) -> Iterator[str]:
    for entry in facts.messages:
        if entry["to"] == phone and entry["status"] in ("failed", "undelivered"):
            yield (
                f"{_quoted(entry)} did not arrive: {entry['status']}, error "
                f"{entry['error_code']}, {entry['error_message']}. "
                f'trunkline.why("{entry["sid"]}") has its history.'
            )


def _opted_out(facts: Facts, phone: str) -> Iterator[str]:
    asked: dict[str, Keyword] = {}
    done: dict[str, Keyword] = {}  # the network has answered
    for entry in facts.messages:
        if entry["from"] == phone and entry["direction"] == "inbound":
            found = classify(entry["body"], toll_free=False)
            if found is not None and found.keyword is not Keyword.HELP:
                asked[entry["to"]] = found.keyword
        elif entry["kind"] == "automatic_reply" and entry["to"] == phone and entry["from"] in asked:
            done[entry["from"]] = asked[entry["from"]]
    for number, keyword in done.items():
        if keyword is Keyword.STOP:
            yield (
                f"{phone} has opted out of {number}: what is sent to it is refused with error "
                f'21610 until it sends "START".'
            )


def _requests(facts: Facts, phone: str, *, served: bool) -> Iterator[str]:
    came_in = [e for e in facts.messages if e["direction"] == "inbound" and e["from"] == phone]
    if came_in and not facts.requests:
        way = 'webhook="/sms"' if served else 'app, webhook="/sms"'
        yield (
            f"No app was asked: {came_in[-1]['to']} has no sms_url. "
            f"trunkline.app({'…, ' if served else ''}{way}) sets it for every number."
        )
    statuses = {request["status"]: request["url"] for request in facts.requests}
    if REFUSED in statuses:
        yield (
            f"The app refused the request to {statuses[REFUSED]}. If it validates signatures: the "
            "auth token is trunkline.auth_token, which TWILIO_AUTH_TOKEN holds while the test "
            "runs, and the URL is the public one."
        )
    if 404 in statuses:
        yield f"The app has nothing at {statuses[404]}."


def _elsewhere(facts: Facts, phone: str, what: Expected) -> Iterator[str]:
    if what is None:
        return
    for entry in facts.messages:
        arrived = entry["kind"] != "message" or entry["status"] in ("sent", "delivered", "read")
        if entry["direction"] == "inbound" or not arrived or not _fits(entry, what):
            continue
        if entry["to"] != phone:
            yield f"{entry['to']} got {entry['body']!r}."
        elif entry["status"] != "sent":
            yield (
                f"{phone} has got {entry['body']!r}, and each message is expected once, in the "
                "order in which they arrived."
            )


def _fits(entry: dict[str, Any], what: Expected) -> bool:
    if callable(what):
        return False  # it may have been written for one message alone
    arrived = Message(
        body=entry["body"],
        sender=entry["from"],
        recipient=entry["to"],
        sid=entry["sid"],
        arrived_at=datetime.fromisoformat(entry["created_at"]),
    )
    return fits(arrived, what)


def _quoted(entry: dict[str, Any]) -> str:
    text = entry["body"]
    return repr(text if len(text) <= 40 else f"{text[:39]}…")
