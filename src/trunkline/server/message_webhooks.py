"""Connect messages with webhooks: what transitions bring about, and the kinds of request."""

from __future__ import annotations

from collections.abc import Callable

from trunkline.messaging.alert_failures import AlertFailures
from trunkline.messaging.consents.opt_outs import Services
from trunkline.messaging.inbound.inbound_webhook import InboundWebhook
from trunkline.messaging.make_message import MakeMessage
from trunkline.messaging.replies.execute_reply import ExecuteReply
from trunkline.messaging.replies.loop_breaker import LoopBreaker
from trunkline.messaging.replies.reply_action import ACTION, ReplyAction, ReplyActions
from trunkline.messaging.replies.run_session import INBOUND, Queues, RunSession
from trunkline.messaging.status_callbacks import KIND as STATUS_CALLBACK
from trunkline.messaging.status_callbacks import StatusCallback, StatusCallbacks
from trunkline.messaging.works import CreateMessages, message_transitions
from trunkline.server.core import Core
from trunkline.server.webhooks import Webhooks
from trunkline.store.transitions import Transitions

__all__ = ["connect_messages"]


def connect_messages(
    core: Core,
    webhooks: Webhooks,
    *,
    create: CreateMessages,
    make_message: MakeMessage,
    loops: LoopBreaker,
    strict: Callable[[str], bool] | None,
    services: Services,
    queues: Queues,
) -> Transitions:
    """The transitions of messages, followed by status callbacks, alerts and actions; their kinds of
    request are made known to `webhooks`."""
    transitions = message_transitions(
        [
            StatusCallbacks(
                webhooks.due, webhooks.make, webhooks.chaos.contradicts, core.own_numbers
            ),
            AlertFailures(webhooks.record, webhooks.alert),
            ReplyActions(webhooks.due, webhooks.make),
        ]
    )
    run = RunSession(
        execute=ExecuteReply(core.own_numbers, strict),
        make_message=make_message,
        create=create,
        make_delivery=webhooks.make,
        alert=webhooks.alert,
        loops=loops,
        worlds=core.worlds,
        services=services,
        queues=queues,
    )
    webhooks.kinds[STATUS_CALLBACK] = StatusCallback(
        core.database, webhooks.alert, core.own_numbers
    )
    webhooks.kinds[ACTION] = ReplyAction(core.database, run)
    webhooks.kinds[INBOUND] = InboundWebhook(
        database=core.database,
        numbers=core.own_numbers,
        transitions=transitions,
        run=run,
        base_url=core.base_url,
        worlds=core.worlds,
        clock=core.clock,
    )
    return transitions
