"""Calls that tests listen to: let phones call, let time pass until all is over, and hear what a
phone heard or what was recorded."""

from __future__ import annotations

import io
from base64 import b64encode
from collections.abc import Mapping
from typing import Any
from urllib.request import Request, urlopen

import numpy as np
import numpy.typing as npt
import soundfile

from tests.support.audio import RATE, Sound
from tests.support.platform import World

__all__ = ["answers", "calls", "explained", "heard", "listen", "recording", "run", "tell", "wave"]


def wave(samples: npt.NDArray[np.int16]) -> bytes:
    """Samples as a WAV."""
    target = io.BytesIO()
    soundfile.write(target, samples, RATE, format="WAV", subtype="PCM_16")
    return target.getvalue()


def answers(
    platform: World, phone: str, script: str, audio: Mapping[str, bytes] | None = None
) -> None:
    """Say what a phone does when it is called. `audio` are the WAVs that it plays."""
    platform.control("PUT", f"/phones/{phone}/script", _script(script, audio))


def calls(
    platform: World,
    phone: str,
    number: str,
    script: str = "",
    audio: Mapping[str, bytes] | None = None,
) -> str:
    """Let a phone call a number of the world; the SID of the inbound call."""
    body = {"to": number, **_script(script, audio)}
    return str(platform.control("POST", f"/phones/{phone}/calls", body)["sid"])


def run(platform: World, sid: str | None = None, until: str = "ended") -> str | None:
    """Move the world's clock until a call has come to a point, or until all calls are over; the
    status of the call. AssertionError when it does not within an hour of the world's time."""
    asked = {"until": until, **({"call": sid} if sid else {})}
    ran = platform.control("POST", "/calls/run", asked)
    assert ran["reached"], ran
    status: str | None = ran["status"]
    return status


def tell(
    platform: World,
    sid: str,
    script: str,
    audio: Mapping[str, bytes] | None = None,
    *,
    wait: bool = True,
) -> None:
    """Tell the phone of a call what to do next, and, unless told, move the world's clock until it
    has done it."""
    body = {**_script(script, audio), "run": wait}
    told = platform.control("POST", f"/calls/{sid}/steps", body)
    assert told["reached"], told


def explained(platform: World, sid: str) -> Any:
    """All that is known of a call: its verbs, keys, times, children."""
    return platform.control("GET", f"/calls/{sid}")


def heard(platform: World, sid: str) -> Sound:
    """What the virtual phone of a call heard."""
    url = f"{platform.base_url}/trunkline/v1/calls/{sid}/heard?world={platform.name}"
    return listen(url, {"Authorization": f"Bearer {platform.control_token}"})


def recording(platform: World, sid: str, *, channels: int = 1) -> Sound:
    """A recording, as Twilio's API has it."""
    path = f"/2010-04-01/Accounts/{platform.account_sid}/Recordings/{sid}.wav"
    query = f"?RequestedChannels={channels}"
    return listen(f"{platform.base_url}{path}{query}", {"Authorization": platform.basic})


def listen(url: str, headers: Mapping[str, str] | None = None) -> Sound:
    """The sound at a URL."""
    with urlopen(Request(url, headers=dict(headers or {})), timeout=60) as answer:
        return Sound.read(answer.read())


def _script(text: str, audio: Mapping[str, bytes] | None) -> dict[str, Any]:
    files = {name: b64encode(data).decode() for name, data in (audio or {}).items()}
    return {"script": text, **({"audio": files} if files else {})}
