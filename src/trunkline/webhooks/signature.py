"""`X-Twilio-Signature`: how an app knows that a request is ours (behaviour 2.4).

The receivers are Twilio's own validators: twilio-python's `RequestValidator` and twilio-node's
`validateRequest`, `validateRequestWithBody` and `validateExpressRequest`.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from hmac import digest

from trunkline.webhooks.form import Parameters, well_formed

__all__ = ["sign", "with_body_digest"]


def sign(auth_token: str, url: str, parameters: Parameters) -> str:
    """The signature of a request: base64 of the HMAC-SHA1 of the URL and the form.

    `url` is the wire form with its query, `parameters` what the body of a form POST holds: nothing
    for a GET, for a JSON body and for a WebSocket. Names go by code point; of values that one name
    has several of, each distinct one counts once, sorted.
    """
    try:
        data = _signed_text(url, parameters).encode()
    except UnicodeEncodeError:
        # As its receiver reads the form: it may sort otherwise, and have fewer distinct values.
        read = [(well_formed(name), well_formed(value)) for name, value in parameters]
        data = well_formed(_signed_text(url, read)).encode()
    return b64encode(digest(auth_token.encode(), data, "sha1")).decode("ascii")


def with_body_digest(url: str, body: bytes) -> str:
    """The URL of a request whose body is no form: its query tells the body's SHA-256, in hex.

    It is requested and signed like this, with no parameters.
    """
    _, mark, query = url.partition("?")
    joint = "&" if query and not query.endswith("&") else ""
    return f"{url}{joint if mark else '?'}bodySHA256={sha256(body).hexdigest()}"


def _signed_text(url: str, parameters: Parameters) -> str:
    # Pairs sort by name first, and a set knows each pair once: exactly what is wanted.
    return url + "".join([name + value for name, value in sorted({*parameters})])
