from __future__ import annotations

import re
from base64 import b64decode
from pathlib import Path

import pytest
import twilio.rest

from trunkline.gateway.connectors.twilio import CONNECTOR, HOST_SHAPE, PRODUCTS

AC, SK = "AC" + "a" * 32, "SK" + "b" * 32


def user_of(method: str, entered: dict[str, str]) -> str:
    chosen = CONNECTOR.method(method)
    assert chosen is not None
    return b64decode(chosen.apply(entered).headers["Authorization"].removeprefix("Basic ")).decode()


def test_every_product_of_twilios_own_library_is_reached() -> None:
    folder = Path(twilio.rest.__file__).parent
    hosts = {
        host
        for base in folder.glob("*/*Base.py")
        for host in re.findall(r'"https://([a-z0-9-]+)\.twilio\.com"', base.read_text())
    }
    assert len(hosts) > 30
    assert hosts <= {*PRODUCTS}


@pytest.mark.parametrize(
    "host",
    [
        "twilio.com",
        "www.twilio.com",
        "demo.twilio.com",
        "status.twilio.com",
        "api.twilio.com.evil.com",
        "xapi.twilio.com",
        "api-x.twilio.com",
        "me.sip.twilio.com",
        "api.sip.twilio.com",
        "api.sip.us1.twilio.com",
        "api.dublin.twilio.com",
        "api.us1.dublin.twilio.com",
        "api.xtwilio.com",
        "apiXtwilio.com",
    ],
)
def test_hosts_that_are_not_of_the_api_get_no_credentials(host: str) -> None:
    assert not re.fullmatch(HOST_SHAPE, host)


def test_an_account_with_its_token() -> None:
    assert user_of("auth_token", {"account_sid": AC, "auth_token": "t"}) == f"{AC}:t"
    assert CONNECTOR.method(None) is CONNECTOR.method("auth_token")


def test_an_api_key_acts_for_the_account_that_is_entered_with_it() -> None:
    entered = {"account_sid": AC, "api_key": SK, "api_secret": "s"}
    assert user_of("api_key", entered) == f"{SK}:s"


def test_this_platforms_own_account() -> None:
    assert user_of("platform", {"account_sid": AC, "auth_token": "t"}) == f"{AC}:t"


def test_an_oauth_app_of_an_account() -> None:
    method = CONNECTOR.method("oauth_app")
    assert method is not None
    assert method.oauth is not None
    assert method.oauth.authorize_url is None
    assert method.oauth.token_url == "https://oauth.twilio.com/v2/token"
    assert method.oauth.client_auth == "client_secret_post"
    assert method.apply({"access_token": "x"}).headers == {"Authorization": "Bearer x"}


@pytest.mark.parametrize("sid", ["AC123", "SK" + "a" * 32, AC + "0", AC + "/..", "{x}", ""])
def test_an_account_sid_has_its_form(sid: str) -> None:
    field = CONNECTOR.methods[0].fields[0]
    assert field.key == "account_sid"
    assert field.pattern is not None
    assert re.fullmatch(field.pattern, AC)
    assert not re.fullmatch(field.pattern, sid)


@pytest.mark.parametrize(
    ("path", "is_form"),
    [
        (f"/2010-04-01/Accounts/{AC}/Messages.json", True),
        ("/v1/Services", False),
        ("/x/2010-04-01/Accounts", False),
    ],
)
def test_the_2010_api_takes_forms(path: str, is_form: bool) -> None:
    assert CONNECTOR.forms is not None
    assert bool(re.match(CONNECTOR.forms, path)) is is_form
