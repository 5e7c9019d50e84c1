"""A speech engine behind HTTP: `POST /v1/audio/speech` as OpenAI has it, which others answer too.

Source: https://platform.openai.com/docs/api-reference/audio/createSpeech. The request is JSON:
`model`, `input` (plain text), `voice`, `response_format` `wav` and `speed`; besides, `language`,
which those who do not know it leave alone. The answer is the audio: WAV, MP3 or AIFF.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec

from trunkline.voice.speech.plan_speech import Words
from trunkline.webhooks.http import Egress, Passage
from trunkline.webhooks.http.answers import Answer
from trunkline.webhooks.http.client_errors import ConnectTimeout
from trunkline.webhooks.http.failures import ERRORS
from trunkline.webhooks.target import InvalidTarget, read_target

__all__ = ["HostedFailed", "HostedTooSlow", "HostedVoice"]

CONNECT = 5.0  # seconds
SECONDS = 20.0  # for one piece of text
AT_ONCE = 16  # requests: a flood of texts is none of theirs
MOST = 60_000_000  # bytes
SLOWEST, FASTEST = 0.25, 4.0  # what `speed` may be


class HostedFailed(Exception):
    """It gave no audio; the text says why, and quotes neither URL nor key."""


class HostedTooSlow(HostedFailed):
    """It did not answer in time, or could not be connected to."""


class HostedVoice:
    """An engine at `url`. `voice` is the one it is asked for; empty: as the document names it."""

    def __init__(
        self, egress: Egress, url: str, *, key: str | None, model: str, voice: str
    ) -> None:
        self.url = url
        self._egress = egress
        self._key = key
        self._model = model
        self._voice = voice
        self._turn = asyncio.Semaphore(AT_ONCE)

    def manner(self, voice: str) -> tuple[str, ...]:
        """All that its speech depends on besides the text."""
        return (self.url, self._model, self._voice or voice)

    async def speak(self, words: Words, voice: str, target: Path) -> str:
        """Write what it says to a file; its content type. Raises HostedFailed, OSError."""
        told = {
            "model": self._model,
            "input": words.text,
            "voice": self._voice or voice,
            "language": words.manner.language,
            "response_format": "wav",
            "speed": max(SLOWEST, min(FASTEST, words.manner.rate)),
        }
        try:
            place = read_target(self.url)
        except InvalidTarget:
            raise HostedFailed("TRUNKLINE_SPEECH_URL is no URL") from None
        body = msgspec.json.encode(told)
        headers = {
            "Host": place.host_header,
            "User-Agent": "trunkline",
            "Accept": "audio/*",
            "Accept-Encoding": "identity",
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
        }
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        try:
            async with self._turn, asyncio.timeout(SECONDS):
                answer = await self._egress.request(
                    "POST",
                    place.url,
                    headers=headers,
                    body=body,
                    passage=Passage(open=True),  # the operator's own
                    connect=CONNECT,
                )
                try:
                    return await _write(answer, target)
                finally:
                    answer.close()
        except TimeoutError:
            raise HostedTooSlow(f"no complete answer within {SECONDS:g} s") from None
        except ERRORS as error:
            failure = HostedTooSlow if isinstance(error, ConnectTimeout) else HostedFailed
            raise failure(f"it cannot be reached ({type(error).__name__})") from error


async def _write(answer: Answer, target: Path) -> str:
    if answer.status != 200:
        raise HostedFailed(f"it answered {answer.status}")
    size = 0
    with target.open("xb") as file:
        async for piece in answer:
            size += len(piece)
            if size > MOST:
                raise HostedFailed(f"its answer is larger than {MOST} bytes")
            file.write(piece)
    return (answer.fields.get("content-type") or "").partition(";")[0].strip().lower()
