"""One question to the main process over loopback, without an HTTP library to keep in memory."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from urllib.parse import urlsplit

from trunkline.server.main_child import StartFailed

__all__ = ["ask_for_credentials"]

PATH = "/trunkline/v1/credentials"
SECONDS = 30.0


async def ask_for_credentials(address: str, token: str) -> dict[str, Any]:
    """The credentials of the default world, which also shows that the platform answers.

    Raises StartFailed.
    """
    try:
        async with asyncio.timeout(SECONDS):
            return await _ask(address, token)
    except (OSError, TimeoutError, ValueError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise StartFailed(f"The main process does not answer at {address}: {reason}.") from None


async def _ask(address: str, token: str) -> dict[str, Any]:
    place = urlsplit(address)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    try:
        writer.write(
            f"GET {PATH} HTTP/1.1\r\nHost: {place.netloc}\r\nAuthorization: Bearer {token}\r\n"
            f"Connection: close\r\n\r\n".encode()
        )
        answer = await reader.read()
    finally:
        writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    status = head.split(b" ", 2)[1:2]
    if status != [b"200"]:
        raise ValueError(f"status {b''.join(status).decode('latin-1') or 'missing'}")
    credentials: dict[str, Any] = json.loads(body)
    return credentials
