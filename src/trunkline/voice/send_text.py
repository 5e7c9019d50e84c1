"""Send a text from within a call: what <Sms> does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from trunkline.messaging.decide_send import DecideSend
from trunkline.messaging.parameters import CreateMessageParameters
from trunkline.messaging.send import SendMessage
from trunkline.rest import catalogue
from trunkline.rest.operation import AccountIdentity
from trunkline.rest.parameters import bind

__all__ = ["SendText"]


class SendText:
    """Sends texts. `account_of` gives an account by its SID."""

    def __init__(
        self,
        decide: DecideSend,
        send: SendMessage,
        account_of: Callable[[str], Awaitable[AccountIdentity | None]],
    ) -> None:
        self._decide = decide
        self._send = send
        self._account_of = account_of

    async def __call__(
        self,
        *,
        account_id: str,
        world_id: str,
        sender: str,
        recipient: str,
        body: str,
        status_callback: str | None,
    ) -> tuple[str, str]:
        """The SID and the status of a message that was committed. Raises ApiError where none can
        be sent, StoreUnavailable."""
        account = await self._account_of(f"AC{account_id}")
        if account is None:
            raise catalogue.NOT_FOUND(path=f"AC{account_id}")
        form = {"To": [recipient], "From": [sender], "Body": [body]}
        if status_callback is not None:
            form["StatusCallback"] = [status_callback]
        asked = bind(CreateMessageParameters, form)
        decision = await self._decide(account, asked)
        message = replace(decision.message, direction="outbound-call")
        sent = await self._send(replace(decision, message=message))
        return sent.sid, sent.status
