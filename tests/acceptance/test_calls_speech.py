"""What Say sounds like at the other end, by measurement; and two who shout at the same time."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
import soundfile
from twilio.rest import Client

from tests.acceptance.test_calls_audio import fetched
from tests.acceptance.test_calls_dial import (
    FRIEND,
    answers,
    dial_response,
    until_ended,
)
from tests.support.app_server import CustomerApp, twiml
from tests.support.audio import Sound
from tests.support.calls import NUMBER, PHONE, heard, script
from tests.support.platform import World

TEXT = "The quick brown fox jumps over the lazy dog near the bank."


def said(client: Client, platform: World, document: str) -> Sound:
    """What a phone hears of a document."""
    script(platform, PHONE, "answer 0s; wait 30m")
    twiml = f"<Response>{document}</Response>"
    call = client.calls.create(to=PHONE, from_=NUMBER, twiml=twiml)
    until_ended(platform)
    return heard(platform, call.sid)


@pytest.mark.parametrize(
    ("attribute", "seconds"), [("time='300ms'", 0.3), ("time='2s'", 2), ("strength='strong'", 0.7)]
)
def test_breaks_are_as_long_as_written(
    client: Client, platform: World, attribute: str, seconds: float
) -> None:
    without = said(client, platform, "<Say>Hello <break strength='none'/> world</Say>")
    sound = said(client, platform, f"<Say>Hello <break {attribute}/> world</Say>")
    assert sound.seconds - without.seconds == pytest.approx(seconds, abs=0.05)
    # The engine's own fading ends of words are no silence of ours, but nearly.
    assert sound.longest_silence >= seconds - 0.05


def test_rate_and_volume_are_heard(client: Client, platform: World) -> None:
    def how(prosody: str) -> Sound:
        return said(
            client, platform, f"<Say voice='woman'><prosody {prosody}>{TEXT}</prosody></Say>"
        )

    plain, slow, fast = how("rate='medium'"), how("rate='50%'"), how("rate='x-fast'")
    assert slow.speech_seconds > 1.7 * plain.speech_seconds
    assert fast.speech_seconds < 0.8 * plain.speech_seconds
    soft, loud = how("volume='-12dB'"), how("volume='x-loud'")
    assert loudness(soft) == pytest.approx(loudness(plain) / 4, rel=0.1)
    assert loudness(loud) > 1.2 * loudness(plain)
    assert loud.peak < 32_000  # nothing is cut


def test_say_is_repeated(client: Client, platform: World) -> None:
    once = said(client, platform, f"<Say>{TEXT}</Say>")
    thrice = said(client, platform, f"<Say loop='3'>{TEXT}</Say>")
    assert thrice.seconds == pytest.approx(3 * once.seconds, abs=0.1)


def test_two_who_shout_are_both_heard_in_the_recording(
    client: Client, platform: World, app: CustomerApp
) -> None:
    answers(client, app.on("/voice", twiml(dial_response(FRIEND, record="record-from-answer"))))
    place = f"/phones/{FRIEND}/script"
    shout = {"script": "answer 0s; play a.wav; hangup", "audio": {"a.wav": sine(440)}}
    platform.control("PUT", place, shout)
    body = {"to": NUMBER, "script": "play b.wav; wait 30s", "audio": {"b.wav": sine(710)}}
    placed = platform.control("POST", "/phones/+15558675309/calls", body)
    until_ended(platform)
    (recording,) = client.calls(placed["sid"]).recordings.list()
    sound = fetched(
        f"{platform.base_url}/2010-04-01/Accounts/{platform.account_sid}"
        f"/Recordings/{recording.sid}.wav"
    )
    assert sound.peak <= 32_000
    both = sound.between(1, 5)
    assert level(both, 440) == pytest.approx(level(both, 710), rel=0.05)
    assert level(both, 440) > 14_000
    # What is cut has overtones and sums of its tones.
    assert max(level(both, hertz) for hertz in (1320, 1420, 1150, 980, 270, 170)) < 200


def loudness(sound: Sound) -> float:
    samples = sound.mono.astype(np.float64)
    return float(np.sqrt((samples**2).mean()))


def level(sound: Sound, hertz: float) -> float:
    times = np.arange(len(sound.mono)) / 8000
    return float(2 * abs(np.mean(sound.mono * np.exp(-2j * np.pi * hertz * times))))


def sine(hertz: float) -> str:
    """A loud one of six seconds, as the control API takes it."""
    data = io.BytesIO()
    samples = 0.95 * np.sin(2 * np.pi * hertz * np.arange(6 * 8000) / 8000)
    soundfile.write(data, samples, 8000, format="WAV", subtype="PCM_16")
    return base64.b64encode(data.getvalue()).decode()
