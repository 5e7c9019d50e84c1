"""Ask for a file that an app names: media of a message, audio of a call. No signature, no retry."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping

from trunkline.webhooks.address_map import Connection
from trunkline.webhooks.http.answers import Answer
from trunkline.webhooks.http.egress import Egress
from trunkline.webhooks.http.headers import FIXED
from trunkline.webhooks.http.passage import Passage
from trunkline.webhooks.target import Target

__all__ = ["ask_for_file"]


async def ask_for_file(
    egress: Egress,
    target: Target,
    *,
    home: Target,
    place: Connection | None,
    passage: Passage,
    connect: float,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """The answer, whose body is still to be read, as it is (never compressed).

    `home` is where the first of several redirects came from: credentials in its URL are for its
    host alone. `place` is where the app really is (`--map`); `connect` is in seconds. Raises
    `failures.ERRORS`.
    """
    sent = {
        "Host": target.host_header,
        **FIXED,
        "Accept-Encoding": "identity",
        **(headers or {}),
    }
    if method != "GET":
        sent["Content-Length"] = "0"
    owner = home if target.username is None else target
    if owner.username is not None and (owner.scheme, owner.authority) == (
        target.scheme,
        target.authority,
    ):
        pair = f"{owner.username}:{owner.password or ''}".encode()
        sent["Authorization"] = f"Basic {b64encode(pair).decode('ascii')}"
    if place is not None:
        sent.update(place.headers)
    return await egress.request(
        method,
        target.url if place is None else place.url,
        headers=sent,
        body=None if method == "GET" else b"",
        passage=passage,
        connect=connect,
    )
