"""Execute a messaging TwiML document: what it makes of a conversation (behaviour 3.1).

Nothing is stored or requested here, and no time passes: a document and a session go in; replies,
the next document and complaints come out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from trunkline.messaging.choose_sender import Numbers, choose_sender
from trunkline.messaging.recipients import valid_recipient
from trunkline.messaging.replies.reply_session import (
    MOST_DOCUMENTS,
    MOST_REPLIES,
    Conversation,
    NextDocument,
    Session,
)
from trunkline.rest import catalogue
from trunkline.rest.errors import ApiError
from trunkline.rest.parameters import is_url
from trunkline.twiml import Message, MessagingDocument, Redirect
from trunkline.webhooks.document_url import DocumentUrl

__all__ = ["MOST_COMPLAINTS", "Complaint", "ExecuteReply", "Execution", "Reply"]

MOST_COMPLAINTS = 10  # of one document: each becomes an alert; those about limits come on top
MOST_TEXT = 1600  # characters, as of a create

URL_INVALID = 11100
TO_INVALID = 14101
FROM_INVALID = 14102
BODY_INVALID = 14103
STATUS_CALLBACK_INVALID = 14105
TOO_MANY_DOCUMENTS = 14106
FROM_NOT_SMS = 14108
TOO_MANY_REPLIES = 14109
TEXT_TOO_LONG = catalogue.BODY_TOO_LONG.code
MEDIA_URL_INVALID = catalogue.INVALID_MEDIA_URL.code


@dataclass(frozen=True, slots=True)
class Complaint:
    """Something that is not as the document wants it. Never a text of a message."""

    code: int
    message: str
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A message that a document sends, with sender and recipient checked."""

    sender: str
    sender_kind: str
    recipient: str
    body: str
    media: tuple[str, ...]
    status_callback: str | None
    action: NextDocument | None  # asked for when the message is sent, or has failed


@dataclass(slots=True)
class Execution:
    """What a document leads to. With `next` or the action of the last reply the session goes on."""

    replies: list[Reply] = field(default_factory=list)
    next: NextDocument | None = None
    complaints: list[Complaint] = field(default_factory=list)

    def complain(self, code: int, sentence: str, line: int | None) -> None:
        """Note something wrong, unless the document has had enough of it."""
        if len(self.complaints) < MOST_COMPLAINTS:
            self.refuse(code, sentence, line)

    def refuse(self, code: int, sentence: str, line: int | None) -> None:
        """Note that a limit was reached, which is never passed over."""
        place = "" if line is None else f"Line {line}: "
        self.complaints.append(Complaint(code, place + sentence, line))


class ExecuteReply:
    """Executes documents. `strict` also asks whether a `to` is a possible number."""

    def __init__(self, numbers: Numbers, strict: Callable[[str], bool] | None = None) -> None:
        self._numbers = numbers
        self._strict = strict

    def __call__(
        self,
        document: MessagingDocument,
        conversation: Conversation,
        session: Session,
        url: DocumentUrl,
    ) -> Execution:
        """Up to the first Redirect, the first Message with an action, or a limit."""
        done = Execution()
        for warning in document.warnings[:MOST_COMPLAINTS]:
            done.complaints.append(Complaint(warning.code, warning.message, warning.line))
        for verb in document.verbs:
            if isinstance(verb, Redirect):
                if _may_go_on(session, done, verb.line):
                    done.next = NextDocument(_where(url, verb.url), verb.method)
                break
            if session.replies + len(done.replies) >= MOST_REPLIES:
                done.refuse(
                    TOO_MANY_REPLIES,
                    f"an inbound message has {MOST_REPLIES} replies at most. This one, and what "
                    "follows it, is ignored.",
                    verb.line,
                )
                break
            reply = self._reply(verb, conversation, url, done)
            if reply is None:
                continue
            action = _action(verb, url, done)
            if action is not None and not _may_go_on(session, done, verb.line):
                done.replies.append(reply)
                break
            done.replies.append(replace(reply, action=action))
            if action is not None:
                break
        return done

    def _reply(
        self, verb: Message, conversation: Conversation, url: DocumentUrl, done: Execution
    ) -> Reply | None:
        """What a Message sends; None, with a complaint, if nothing can be sent."""
        problem = _problem_of_content(verb)
        if problem is not None:
            done.complain(*problem, verb.line)
            return None
        try:
            recipient = self._recipient(verb, conversation)
        except ApiError:
            done.complain(
                TO_INVALID, "to is no number that a message can be sent to: nothing is.", verb.line
            )
            return None
        media = [_absolute(url, address, underscore=True) for address in verb.media]
        try:
            sender, kind = choose_sender(
                self._numbers,
                world_id=conversation.world_id,
                account_sid=f"AC{conversation.account_id}",
                raw=verb.from_ or conversation.number,
                recipient=recipient,
                media=bool(media),
            )
        except ApiError as error:
            done.complain(*_problem_of_sender(error, verb), verb.line)
            return None
        if None in media:
            done.complain(
                MEDIA_URL_INVALID,
                "a Media is no http or https URL. The message is not sent.",
                verb.line,
            )
            return None
        return Reply(
            sender=sender,
            sender_kind=kind,
            recipient=recipient,
            body=verb.body,
            media=tuple(address for address in media if address is not None),
            status_callback=_status_callback(verb, url, done),
            action=None,
        )

    def _recipient(self, verb: Message, conversation: Conversation) -> str:
        """Who wrote has a number that works, but may be a name: then nobody can answer."""
        recipient = valid_recipient(verb.to or conversation.person)
        if verb.to is not None and self._strict is not None and not self._strict(recipient):
            raise catalogue.INVALID_TO(to="")
        return recipient


def _problem_of_content(verb: Message) -> tuple[int, str] | None:
    if not verb.body.strip() and not verb.media:
        return BODY_INVALID, "the message has neither a text nor media. Nothing is sent for it."
    if len(verb.body) > MOST_TEXT:
        return TEXT_TOO_LONG, f"the text is longer than {MOST_TEXT} characters. It is not sent."
    return None


def _problem_of_sender(error: ApiError, verb: Message) -> tuple[int, str]:
    if error.code == catalogue.CHANNEL_MISMATCH.code and verb.from_ is None:
        return TO_INVALID, "to is on another channel than the number. It is not sent."
    if error.code == catalogue.SAME_TO_AND_FROM.code:
        return TO_INVALID, "to is the number that the message comes from. It is not sent."
    if error.code == catalogue.FROM_NOT_SMS.code:
        return FROM_NOT_SMS, "the number that is to send cannot send messages."
    if error.code == catalogue.FROM_NOT_MMS.code:
        return (
            FROM_INVALID,
            "the number that is to send cannot send media. The message is not sent.",
        )
    return FROM_INVALID, "from is no sender of this account. The message is not sent."


def _status_callback(verb: Message, url: DocumentUrl, done: Execution) -> str | None:
    if verb.status_callback is None:
        return None
    address = _absolute(url, verb.status_callback)
    if address is None:
        done.complain(
            STATUS_CALLBACK_INVALID,
            "statusCallback is not a valid URL. The message is sent without.",
            verb.line,
        )
    return address


def _action(verb: Message, url: DocumentUrl, done: Execution) -> NextDocument | None:
    if verb.action is None:
        return None
    address = _absolute(url, verb.action, underscore=True)
    if address is None:
        done.complain(
            URL_INVALID, "action is not a valid URL. The message is sent without.", verb.line
        )
        return None
    return NextDocument(address, verb.method)


def _may_go_on(session: Session, done: Execution, line: int | None) -> bool:
    if not session.exhausted:
        return True
    done.refuse(
        TOO_MANY_DOCUMENTS,
        f"an inbound message leads to {MOST_DOCUMENTS} documents at most. No other is requested.",
        line,
    )
    return False


def _where(url: DocumentUrl, written: str) -> str:
    """Where a Redirect leads. One that cannot be followed is requested all the same, and fails:
    then the fallback is next."""
    try:
        return url.resolve(written)
    except ValueError:
        return written.strip()


def _absolute(url: DocumentUrl, written: str, *, underscore: bool = False) -> str | None:
    try:
        address = url.resolve(written)
    except ValueError:
        return None
    return address if is_url(address, underscore=underscore) else None
