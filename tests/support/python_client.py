"""twilio-python as it comes from its package, pointed at the platform."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.response import Response
from twilio.rest import Client

from tests.support.platform import World

_FAILED = re.compile(r"Unable to (?:create|fetch|update|delete) record: ")


def connect(platform: World, sid: str | None = None, secret: str | None = None) -> Client:
    """The official client; with the account's own credentials where none are given."""
    client = Client(sid or platform.account_sid, secret or platform.auth_token)
    return _pointed_at(client, platform)


def with_key(platform: World, sid: str, secret: str, account_sid: str | None = None) -> Client:
    """The official client with an API key, of the world's account where no other is named."""
    return _pointed_at(Client(sid, secret, account_sid or platform.account_sid), platform)


@contextmanager
def refused(status: int, code: int, message: str) -> Iterator[None]:
    """What the block asks for must be refused, with exactly this status, code and message."""
    with pytest.raises(TwilioException) as caught:
        yield
    assert refusal(caught.value) == (status, code, message)


def refusal(error: TwilioException) -> tuple[int, int, str]:
    """Status, code and message of what the client raised, from a page of a list too."""
    if isinstance(error, TwilioRestException):
        return error.status, int(error.code or 0), _FAILED.sub("", error.msg, count=1)
    answers = [each for each in error.args if isinstance(each, Response)]
    if not answers:
        raise error
    body = json.loads(answers[0].text)
    assert body["status"] == answers[0].status_code
    return body["status"], body["code"], body["message"]


def raw(client: Client, method: str, path: str, **fields: Any) -> Any:
    """The JSON of an answer, for what the client's own objects do not show."""
    kind = "data" if method == "POST" else "params"
    answer = client.request(method, f"{client.api.base_url}{path}", **{kind: fields})
    return json.loads(answer.text)


def not_found(path: str) -> tuple[int, int, str]:
    """The refusal of what is not there, for `refused`."""
    return 404, 20404, f"The requested resource /2010-04-01/Accounts/{path}.json was not found"


def _pointed_at(client: Client, platform: World) -> Client:
    client.accounts.base_url = f"{platform.base_url}/accounts"
    client.api.base_url = platform.base_url
    client.content.base_url = f"{platform.base_url}/content"
    client.iam.base_url = f"{platform.base_url}/iam"
    client.messaging.base_url = f"{platform.base_url}/messaging"
    client.monitor.base_url = f"{platform.base_url}/monitor"
    return client
