"""<Sms> in a call: a text to the caller (behaviour 3.1)."""

from __future__ import annotations

from trunkline.rest.errors import ApiError
from trunkline.store import StoreUnavailable
from trunkline.twiml.voice import Sms
from trunkline.voice.session.documents import Page
from trunkline.voice.session.outcome import GoTo, Outcome
from trunkline.voice.session.session import CallSession

__all__ = ["sms"]

NOT_SENT = 12400


async def sms(verb: Sms, session: CallSession, page: Page) -> Outcome:
    """Send a message, to the person who is called or calls unless `to` says else, from the number
    of the platform. With an `action`, that is next, and is told what became of it."""
    call = session.call
    person, number = call.sender, call.recipient
    if call.direction != "inbound":
        person, number = number, person
    callback = None if verb.status_callback is None else page.resolve(verb.status_callback)
    sid, status = "", "failed"
    try:
        sid, status = await session.work(
            session.services.send_text(
                account_id=call.account_id,
                world_id=call.world_id,
                sender=verb.from_ or number,
                recipient=verb.to or person,
                body=verb.body,
                status_callback=callback,
            )
        )
    except ApiError as error:
        session.complain(error.code, error.message, line=verb.line)
    except StoreUnavailable:
        session.complain(NOT_SENT, "The message could not be stored.", line=verb.line)
    if verb.action is None:
        return None
    told = (("SmsSid", sid), ("SmsStatus", status), ("MessageSid", sid), ("MessageStatus", status))
    return GoTo(page.request(verb.action, verb.method, told))
