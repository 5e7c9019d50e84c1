"""Clients that make calls, more a second than the account may begin, and remember each answer."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from base64 import b64encode
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode

import aiohttp
import numpy as np

from tests.crash.call_app import (
    BUSY,
    CALL_EVENTS,
    COMES_IN,
    DIALLED,
    DIALS,
    GATHERS,
    PHONES,
    RECORDED,
    RECORDING_EVENTS,
    RECORDS,
    RINGS,
    SHORT,
    STATUS,
    voice_path,
)
from tests.crash.load import PAUSE, Load
from tests.support.audio import RATE
from tests.support.listening import wave
from tests.support.platform import World

CALLS_PER_SECOND = 8  # of the account
TONE = 440.0  # Hz: what phones that answer play
TONE_SECONDS = 30
KINDS = (GATHERS, RECORDS, DIALS, COMES_IN, RINGS, RECORDS, SHORT, RINGS, BUSY)
SCRIPTS = {
    PHONES[RINGS]: "ring",
    PHONES[GATHERS]: "answer 0s; play tone.wav",
    PHONES[RECORDS]: "answer 0s; play tone.wav",
    PHONES[DIALS]: "answer 0s; play tone.wav",
    DIALLED: "answer 0s; play tone.wav",
    PHONES[SHORT]: "answer 0s; wait 100ms; hangup",
    PHONES[BUSY]: "busy",
}


@dataclass
class CallLoad(Load):
    """What clients saw. `accepted` holds the kind of each call. Clients stop by themselves when
    there are `most` of them."""

    app: str = ""  # where the app is
    most: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        self._kinds = itertools.cycle(KINDS)

    async def prepare(self, world: World) -> None:
        """Let phones do what their kind says, numbers ask the app, and few calls begin a second."""
        await asyncio.to_thread(self._prepare, world)

    def _prepare(self, world: World) -> None:
        time = np.arange(TONE_SECONDS * RATE) / RATE
        tone = wave((8000 * np.sin(2 * np.pi * TONE * time)).astype(np.int16))
        audio = {"tone.wav": b64encode(tone).decode()}
        for phone, script in SCRIPTS.items():
            body: dict[str, Any] = {"script": script}
            if "tone.wav" in script:
                body["audio"] = audio
            world.control("PUT", f"/phones/{phone}/script", body)
        path = f"/2010-04-01/Accounts/{world.account_sid}/IncomingPhoneNumbers"
        query = urlencode({"PhoneNumber": world.numbers[1]})
        (number,) = world.get(f"{path}.json?{query}")["incoming_phone_numbers"]
        form = {"VoiceUrl": self.app + voice_path(COMES_IN), "StatusCallback": self.app + STATUS}
        world.post(f"{path}/{number['sid']}.json", form)
        limits = {"limits": "custom", "calls_per_second": CALLS_PER_SECOND}
        world.control("PUT", "/limits", limits)

    async def wind_up(self, world: World) -> None:
        """Let every call end that goes on by itself, and those that wait be dialled at once."""
        await asyncio.to_thread(self._wind_up, world)

    def _wind_up(self, world: World) -> None:
        for phone in SCRIPTS:
            world.control("PUT", f"/phones/{phone}/script", {"script": "busy"})
        world.control("PUT", "/limits", {"limits": "off"})
        path = f"/2010-04-01/Accounts/{world.account_sid}/Calls"
        for status in ("ringing", "in-progress"):
            query = urlencode({"Status": status, "PageSize": 1000})
            for call in world.get(f"{path}.json?{query}")["calls"]:
                # Refused where it has just ended.
                with contextlib.suppress(HTTPError):
                    world.post(f"{path}/{call['sid']}.json", {"Status": "completed"})

    async def _request(self, session: aiohttp.ClientSession, world: World) -> str | None:
        if len(self.accepted) >= self.most:
            await asyncio.sleep(PAUSE)
            return None
        kind = next(self._kinds)
        url = f"{world.base_url}/2010-04-01/Accounts/{world.account_sid}/Calls.json"
        async with session.post(url, data=self._call(world, kind)) as answer:
            told = await answer.json()
        if "sid" not in told:
            return f"{told['status']}/{told['code']}"
        self.accepted[told["sid"]] = kind
        return None

    def _call(self, world: World, kind: str) -> list[tuple[str, str]]:
        form = {
            "To": world.numbers[1] if kind == COMES_IN else PHONES[kind],
            "From": world.numbers[0],
            "Url": self.app + voice_path(kind),
            "Timeout": "600",
            "StatusCallback": self.app + STATUS,
        }
        if kind == GATHERS:
            form |= {
                "Record": "true",
                "Trim": "do-not-trim",
                "RecordingChannels": "dual",
                "RecordingStatusCallback": self.app + RECORDED,
            }
        told = [("StatusCallbackEvent", event) for event in CALL_EVENTS]
        if kind == GATHERS:
            told += [("RecordingStatusCallbackEvent", event) for event in RECORDING_EVENTS]
        return [*form.items(), *told]
