"""What is forgotten with a message's end, and what stays."""

from __future__ import annotations

from typing import Any

from tests.unit.messaging.node import Node
from trunkline.messaging.media.works import CopyMedia
from trunkline.messaging.model import NewMessage
from trunkline.messaging.retention.apply_retention import ApplyRetention, wants_retention
from trunkline.messaging.services.sticky import KeepSticky
from trunkline.store import Job
from trunkline.store.transitions import Transitions

DISCARD = {"content_retention": "discard", "persistent_action": ["geo:1,2"], "attempt": 2}
OBFUSCATE = {"address_retention": "obfuscate"}


async def stored(node: Node, **options: Any) -> NewMessage:
    message = node.message(options=options or None, body="a secret")
    await node.commit.submit(Job(node.create, message))
    return message


async def row(node: Node, message: NewMessage) -> tuple[str, str, dict[str, Any] | None]:
    found = await node.database.fetchrow(
        "SELECT c.body, m.recipient, m.options FROM messages m"
        " JOIN message_content c ON c.message_id = m.id WHERE m.id = $1",
        message.sid[2:],
    )
    assert found is not None
    return found["body"], found["recipient"], found["options"]


async def test_each_is_forgotten_what_it_asked_for_alone(node: Node) -> None:
    asked: list[dict[str, Any]] = [{}, DISCARD, OBFUSCATE, DISCARD | OBFUSCATE]
    messages = [await stored(node, **options) for options in asked]
    work = ApplyRetention()

    await node.commit.submit(
        *(Job(work, (m.sid, m.options)) for m in messages if wants_retention(m.options))
    )

    to = messages[0].recipient
    kept = {"content_retention": "discard", "attempt": 2}
    assert [await row(node, message) for message in messages] == [
        ("a secret", to, None),
        ("", to, kept),
        ("a secret", to[:-4] + "XXXX", OBFUSCATE),
        ("", to[:-4] + "XXXX", kept | OBFUSCATE),
    ]


async def test_a_second_time_changes_nothing(node: Node) -> None:
    message = await stored(node, **DISCARD, **OBFUSCATE)
    work = ApplyRetention()
    await node.commit.submit(Job(work, (message.sid, message.options)))
    once = await row(node, message)

    await node.commit.submit(Job(work, (message.sid, message.options)))

    assert await row(node, message) == once


def test_it_comes_after_all_that_a_message_leaves_at_its_end() -> None:
    assert Transitions.order < CopyMedia.order < ApplyRetention.order
    assert KeepSticky.order < ApplyRetention.order
