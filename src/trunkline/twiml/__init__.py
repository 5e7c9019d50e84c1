"""TwiML: what a customer's app answers, from bytes to a typed tree. No I/O.

`read_messaging` reads the answer to a messaging webhook; `read_voice`, with the verbs of calls, is
in `voice`. Verbs are declared with `schema`, and one builder serves all of them.
"""

from trunkline.twiml.content import MAX_DOCUMENT_BYTES
from trunkline.twiml.errors import TwimlError, TwimlWarning
from trunkline.twiml.messaging import Message, MessagingDocument, Redirect, read_messaging

__all__ = [
    "MAX_DOCUMENT_BYTES",
    "Message",
    "MessagingDocument",
    "Redirect",
    "TwimlError",
    "TwimlWarning",
    "read_messaging",
]
