"""TwiML for messages: what the answer to an inbound message, an action or a redirect says.

Source: behaviour 3.1 (verbs), 3.2 (errors), Appendix A (messaging), Appendix B (codes).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from trunkline.twiml import kinds
from trunkline.twiml.build import read_response
from trunkline.twiml.content import read_content
from trunkline.twiml.errors import BODY_EMPTY, TwimlWarning
from trunkline.twiml.schema import Vocabulary, attribute, element, text, texts, written_at

__all__ = [
    "MAX_MEDIA",
    "Message",
    "MessagingDocument",
    "Redirect",
    "read_messaging",
    "says_something",
]

MAX_MEDIA: Final = 10

# The codes of Appendix B that this reader finds; whether numbers are right it cannot know.
_BODY_INVALID: Final = 14103
_METHOD_INVALID: Final = 14104
_STATUS_CALLBACK_INVALID: Final = 14105
_VERB_INVALID: Final = 14110
_REDIRECT_METHOD_INVALID: Final = 13710


def says_something(message: Message) -> tuple[int, str] | None:
    """Refuse a message with nothing in it."""
    if message.body or message.media:
        return None
    return _BODY_INVALID, "has neither a text nor media. Nothing is sent for it."


@element("Message", "Sms", check=says_something)
@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """`<Message>`, and `<Sms>`, its old name: send a message.

    `body` is the text in the element and in its `<Body>` elements, joined in the order of the
    document, without the blanks around the whole. `media` are the URLs of `<Media>`, ten at most
    (more are ignored with 12200). A message with neither is left out of the document (14103).
    `to` and `from_` are as written, None for the sender and the recipient of the message that is
    answered; who reads this checks them. URLs may be relative to that of the document. A bad
    `method` is POST (14104), a bad `status_callback` is none (14105), a bad `action` is none
    (12200, for want of a code of its own).
    """

    body: str = text(nested="Body")
    media: tuple[str, ...] = texts("Media", kinds.url, at_most=MAX_MEDIA)
    to: str | None = attribute("to", kinds.text)
    from_: str | None = attribute("from", kinds.text)
    action: str | None = attribute("action", kinds.url)
    method: str = attribute("method", kinds.method, default="POST", code=_METHOD_INVALID)
    status_callback: str | None = attribute(
        "statusCallback", kinds.url, code=_STATUS_CALLBACK_INVALID
    )
    line: int | None = written_at()


@element("Redirect")
@dataclass(frozen=True, slots=True, kw_only=True)
class Redirect:
    """`<Redirect>`: go on with the document at `url`; verbs after it are never executed.

    `url` is as written: empty means the current document again, and a relative one is resolved
    against it. It is not judged here, because a redirect that cannot be followed has to fail and
    not to be skipped. A bad `method` is POST (13710).
    """

    url: str = text()
    method: str = attribute("method", kinds.method, default="POST", code=_REDIRECT_METHOD_INVALID)
    line: int | None = written_at()


_VERBS: Final = Vocabulary[Message | Redirect](Message, Redirect)


@dataclass(frozen=True, slots=True)
class MessagingDocument:
    """The verbs of an answer in their order, those after a Redirect included, and its warnings."""

    verbs: tuple[Message | Redirect, ...] = ()
    warnings: tuple[TwimlWarning, ...] = ()


def read_messaging(body: bytes, content_type: str | None, status: int) -> MessagingDocument:
    """What the app's answer to a messaging webhook says; `status` is that of the answer, 2xx.

    A text/plain answer is one message with that text. An empty one has no verbs; there is nothing
    to tell of it with 204, and a warning 11770 with any other status. Verbs of other products are
    skipped (14110). Raises TwimlError: 11200, 11750, 12100, 12101, 12102, 12300 (3.2).
    """
    content = read_content(body, content_type)
    if content is None:
        return MessagingDocument() if status == 204 else _EMPTY
    if isinstance(content, str):
        return MessagingDocument((Message(body=content),))
    return MessagingDocument(*read_response(content, _VERBS, unknown_verb=_VERB_INVALID))


_EMPTY: Final = MessagingDocument(
    (),
    (
        TwimlWarning(
            BODY_EMPTY,
            "The answer is empty, so nothing is sent. "
            "To say so on purpose, answer <Response/>, or nothing with status 204.",
        ),
    ),
)
