"""Serve the audio of recordings: `…/Recordings/RE…` (WAV), `.wav` and `.mp3`, whole or in part.

Whoever knows the SID of a recording may hear it, as with Twilio, unless its account wants
credentials for its media.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any, NamedTuple

import structlog

from trunkline.faults import fault
from trunkline.messaging.media.blobs import BlobMissing, Blobs
from trunkline.messaging.media.media_accounts import MediaAccounts
from trunkline.messaging.media.serve_files import Unsatisfiable, requested_range
from trunkline.rest import catalogue
from trunkline.rest.answers import answer_error
from trunkline.rest.authenticate import Credentials, account_of_path, admit, anybody
from trunkline.rest.errors import ApiError
from trunkline.rest.failures import as_api_error
from trunkline.rest.forms import parse_form
from trunkline.rest.operation import operations_of
from trunkline.rest.parameters import Choice
from trunkline.store import Database, StoreUnavailable
from trunkline.voice.recordings import queries
from trunkline.voice.recordings.audio_files import AudioFile, KeptAudio, MixedAudio
from trunkline.voice.recordings.mp3_files import Mp3Files
from trunkline.voice.recordings.resources import AccountRecordings

__all__ = ["ServeAudio"]

log = structlog.get_logger(__name__)

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

# Below a call only with its extension: without one it is the recording in XML.
PATH = re.compile(
    r"/2010-04-01/Accounts/(AC[0-9a-fA-F]{32})(?:/Recordings/(RE[0-9a-fA-F]{32})(\.wav|\.mp3)?"
    r"|/Calls/(CA[0-9a-fA-F]{32})/Recordings/(RE[0-9a-fA-F]{32})(\.wav|\.mp3))"
)
TYPES = {".wav": b"audio/x-wav", ".mp3": b"audio/mpeg"}
ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"private, no-store"),  # a recording that is deleted is to be gone
    (b"access-control-allow-origin", b"*"),
    (b"accept-ranges", b"bytes"),
)
CHANNELS = Choice(("1", "2"))
FETCH = dict(operations_of(AccountRecordings))["fetch_recording"]


class Asked(NamedTuple):
    """What a path names."""

    account_sid: str
    call_sid: str | None
    sid: str
    extension: str


class ServeAudio:
    """An ASGI application. `credentials` is to be told when accounts and keys change."""

    def __init__(
        self,
        *,
        database: Database,
        blobs: Blobs,
        credentials: Credentials,
        accounts: MediaAccounts,
        mp3s: Mp3Files,
    ) -> None:
        self._database = database
        self._blobs = blobs
        self._credentials = credentials
        self._accounts = accounts
        self._mp3s = mp3s

    def takes(self, scope: Scope) -> bool:
        """Whether a request is for audio, and not for what is known of it."""
        return (
            scope["type"] == "http"
            and scope["method"] in ("GET", "HEAD")
            and PATH.fullmatch(scope["path"]) is not None
        )

    async def __call__(self, scope: Scope, receive: Any, send: Send) -> None:
        """Answer a request that `takes` was true of."""
        asked = _asked(scope["path"])
        try:
            await self._admit(scope, asked)
            audio = await self._find(scope, asked)
        except Exception as error:
            if not isinstance(error, ApiError | StoreUnavailable):
                log.error("recording.not_served", recording=asked.sid, **fault(error))
            await _refuse(send, scope, as_api_error(error))
            return
        headers = dict(scope["headers"])
        # Nothing here has an entity tag, so If-Range never holds.
        wanted = None if b"if-range" in headers else headers.get(b"range")
        told = [
            *ALWAYS,
            (b"content-type", TYPES[asked.extension]),
            (
                b"content-disposition",
                f'inline; filename="{asked.sid}{asked.extension}"'.encode(),
            ),
        ]
        try:
            found = requested_range(wanted, audio.size)
        except Unsatisfiable:
            told += [(b"content-range", b"bytes */%d" % audio.size), (b"content-length", b"0")]
            await _send_head(send, 416, told)
            await send({"type": "http.response.body", "body": b""})
            return
        start, end = found or (0, audio.size)
        told.append((b"content-length", b"%d" % (end - start)))
        if found is not None:
            told.append((b"content-range", b"bytes %d-%d/%d" % (start, end - 1, audio.size)))
        status = 200 if found is None else 206
        if scope["method"] == "HEAD":
            await _send_head(send, status, told)
            await send({"type": "http.response.body", "body": b""})
            return
        await _stream(send, scope, status, told, audio.read(start, end))

    async def _admit(self, scope: Scope, asked: Asked) -> None:
        """Raises what the API does for credentials that are wrong, missing or of others."""
        authorization = dict(scope["headers"]).get(b"authorization")
        resource = scope["path"]
        if authorization is None:
            await anybody(self._credentials, asked.account_sid, resource)
            if await self._accounts.basic_auth(asked.account_sid):
                raise catalogue.NO_CREDENTIALS()
            return
        principal = await self._credentials.check(authorization)
        account = await account_of_path(self._credentials, principal, asked.account_sid, resource)
        admit(principal, account, FETCH)

    async def _find(self, scope: Scope, asked: Asked) -> AudioFile:
        """The file. Raises NOT_FOUND (also where it is not ready), RECORDING_NOT_DUAL."""
        query = parse_form(scope.get("query_string", b"")).get("RequestedChannels", [])
        wanted = int(CHANNELS.parse("RequestedChannels", query[-1])) if any(query[-1:]) else None
        row = await self._database.fetchrow(
            queries.FETCH_AUDIO, asked.sid[2:], asked.account_sid[2:]
        )
        if row is None or row["blob_id"] is None or row["status"] != "completed":
            raise catalogue.NOT_FOUND(path=scope["path"])
        if asked.call_sid is not None and row["call_id"].hex != asked.call_sid[2:]:
            raise catalogue.NOT_FOUND(path=scope["path"])
        channels: int = row["channels"]
        if wanted == 2 and channels == 1:
            raise catalogue.RECORDING_NOT_DUAL()
        audio: AudioFile = KeptAudio(self._blobs, row["blob_id"].hex, row["size"])
        if wanted == 1 and channels == 2:
            audio, channels = MixedAudio(audio), 1
        if asked.extension == ".mp3":
            try:
                return await self._mp3s.of(row["blob_id"].hex, channels, audio)
            except BlobMissing:
                raise catalogue.NOT_FOUND(path=scope["path"]) from None
            except StoreUnavailable:
                raise
            except Exception as error:
                log.error("recording.not_encoded", recording=asked.sid, **fault(error))
                raise catalogue.UNAVAILABLE() from error
        return audio


def _asked(path: str) -> Asked:
    match = PATH.fullmatch(path)
    assert match is not None  # `takes` was asked
    account, sid, extension, call, sid_of_call, extension_of_call = match.groups()
    found = sid or sid_of_call
    return Asked(
        account[:2] + account[2:].lower(),
        None if call is None else call[:2] + call[2:].lower(),
        found[:2] + found[2:].lower(),
        extension or extension_of_call or ".wav",
    )


async def _stream(
    send: Send,
    scope: Scope,
    status: int,
    told: list[tuple[bytes, bytes]],
    pieces: AsyncIterator[bytes],
) -> None:
    """Nothing is said before there is a first piece: until then it can be refused."""
    try:
        first = await anext(pieces, b"")
    except BlobMissing as error:
        log.warning("recording.file_missing", name=str(error))
        await _refuse(send, scope, catalogue.NOT_FOUND(path=scope["path"]))
        return
    except StoreUnavailable as error:
        log.warning("recording.not_read", reason=str(error))
        await _refuse(send, scope, as_api_error(error))
        return
    await _send_head(send, status, told)
    await send({"type": "http.response.body", "body": first, "more_body": True})
    try:
        async for piece in pieces:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
    except (BlobMissing, StoreUnavailable) as error:
        # It ends short of its length, so the server closes the connection: the reader sees it.
        log.warning("recording.cut_off", reason=str(error))
        return
    await send({"type": "http.response.body", "body": b""})


async def _send_head(send: Send, status: int, headers: list[tuple[bytes, bytes]]) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})


async def _refuse(send: Send, scope: Scope, error: ApiError) -> None:
    answer = answer_error(error, as_xml=True)  # what the API answers where no `.json` is asked for
    headers = [
        (b"content-type", answer.content_type or b""),
        (b"content-length", b"%d" % len(answer.body)),
        (b"access-control-allow-origin", b"*"),
        *answer.headers,
    ]
    await _send_head(send, answer.status, headers)
    body = b"" if scope["method"] == "HEAD" else answer.body
    await send({"type": "http.response.body", "body": body})
