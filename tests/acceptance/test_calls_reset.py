"""What is left of the calls of a world that is reset: nothing."""

from __future__ import annotations

from pathlib import Path
from urllib.error import HTTPError

import pytest
from twilio.rest import Client

from tests.support.calls import answered, heard
from tests.support.platform import World


def test_what_phones_heard_goes_with_their_world(client: Client, platform: World) -> None:
    call = answered(client, platform)
    folder = Path(platform.control("GET", "/status")["process"]["data"]) / "heard"
    assert heard(platform, call.sid).seconds > 0
    assert (folder / f"{call.sid}.wav").exists()
    platform.control("POST", "/reset", {})
    assert not (folder / f"{call.sid}.wav").exists()
    with pytest.raises(HTTPError) as refused:
        heard(platform, call.sid)
    refused.value.close()
    assert refused.value.code == 404
    assert platform.control("GET", "/calls")["calls"] == []
