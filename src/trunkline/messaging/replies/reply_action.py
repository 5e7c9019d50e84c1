"""The `action` of a Message: the app is asked how to go on once the message is sent, or has failed
(behaviour 3.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from trunkline.messaging import queries
from trunkline.messaging.inbound.inbound_webhook import find_conversation
from trunkline.messaging.replies.late_answers import ForgetLateAnswers
from trunkline.messaging.replies.run_session import RunSession
from trunkline.store import Database, Job
from trunkline.store.database import Connection
from trunkline.store.group_commit import Effects
from trunkline.store.transitions import Applied
from trunkline.webhooks.http import Exchange
from trunkline.webhooks.kinds import Completion
from trunkline.webhooks.make_delivery import MakeDelivery
from trunkline.webhooks.model import Delivery, Parameters
from trunkline.webhooks.works import DueDeliveries

__all__ = ["ACTION", "ReplyAction", "ReplyActions", "action_delivery"]

ACTION: Final = "message.action"  # the kind of these requests
TOLD: Final = frozenset({"sent", "failed"})


def action_delivery(
    make: MakeDelivery,
    *,
    options: Mapping[str, Any] | None,
    sid: str,
    status: str,
    account_id: str,
    world_id: str,
    sender: str,
    recipient: str,
    error_code: int | None = None,
) -> Delivery | None:
    """The request that follows when the message `sid`, which has `options`, enters `status`; None
    when none does. Its subject is the inbound message that the session is about."""
    action = None if options is None else options.get("action")
    if options is None or action is None or status not in TOLD:
        return None
    data: dict[str, Any] = {key: action[key] for key in action if key not in ("url", "method")}
    data |= {"message": sid, "status": status}
    if error_code is not None:
        data["error_code"] = error_code
    return make(
        subject=options["reply_to"],
        account_id=account_id,
        world_id=world_id,
        kind=ACTION,
        url=action["url"],
        method=action["method"],
        data=data,
        parameters=_parameters(account_id, sender, recipient, data),
    )


class ReplyActions:
    """The follower of message transitions that asks how to go on."""

    def __init__(self, due: DueDeliveries, make: MakeDelivery) -> None:
        self._due = due
        self._make = make

    async def follow(
        self, connection: Connection, applied: Sequence[Applied], effects: Effects
    ) -> None:
        """Put a request into the queue for each reply with an action that is sent or has failed."""
        wanted = []
        for entry in applied:
            row, transition = entry.row, entry.transition
            for status in transition.path:
                delivery = action_delivery(
                    self._make,
                    options=row["options"],
                    sid=transition.subject,
                    status=status,
                    account_id=row["account_id"].hex,
                    world_id=transition.world_id,
                    sender=row["sender"] or "",
                    recipient=row["recipient"],
                    error_code=transition.changes.get("error_code") if status == "failed" else None,
                )
                if delivery is not None:
                    wanted.append(delivery)
        if wanted:
            await self._due.write(connection, wanted, effects)


class ReplyAction:
    """The kind of these requests. What the app answers takes the place of the rest of the document
    that had the Message."""

    reads_body = True

    def __init__(self, database: Database, run: RunSession) -> None:
        self._database = database
        self._run = run
        self._forget_late = ForgetLateAnswers()

    def conversation(self, parameters: Parameters) -> tuple[str, str]:
        """The number that replied, and who was replied to."""
        found = dict(parameters)
        return found["From"], found["To"]

    async def parameters(self, delivery: Delivery) -> Parameters | None:
        """What is told of the message; None when it is gone."""
        sid = delivery.data["message"]
        row = await self._database.fetchrow(queries.CALLBACK_FACTS, [sid[2:]])
        if row is None:
            return None
        return _parameters(
            delivery.account_id, row["sender"] or "", row["recipient"], delivery.data
        )

    async def complete(self, delivery: Delivery, exchange: Exchange) -> Completion:
        """The session goes on, unless the message that it is about is gone."""
        conversation = await find_conversation(self._database, delivery)
        completion = Completion()
        if conversation is not None:
            completion = self._run(delivery, exchange, conversation)
        completion.jobs.append(Job(self._forget_late, delivery.subject))
        return completion


def _parameters(
    account_id: str, sender: str, recipient: str, data: Mapping[str, Any]
) -> Parameters:
    """As a status callback has them; the text is not among them."""
    sid, status = data["message"], data["status"]
    parameters = [
        ("SmsSid", sid),
        ("SmsStatus", status),
        ("MessageStatus", status),
        ("To", recipient),
        ("MessageSid", sid),
        ("AccountSid", f"AC{account_id}"),
        ("From", sender),
        ("ApiVersion", "2010-04-01"),
    ]
    if "error_code" in data:
        parameters.insert(0, ("ErrorCode", str(data["error_code"])))
    return parameters
