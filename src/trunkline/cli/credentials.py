"""`trunkline credentials`: what a client needs."""

from __future__ import annotations

from trunkline.cli.options import DataOption, JsonOption, WorldOption

__all__ = ["credentials"]

NAMES = {
    "base_url": "Base URL",
    "account_sid": "Account SID",
    "auth_token": "Auth token",
    "test_account_sid": "Test account SID",
    "test_auth_token": "Test auth token",
    "api_key": "API key",
    "api_secret": "API secret",
    "control_token": "Control token",
    "gateway_key": "Gateway key",
    "numbers": "Numbers",
}


def credentials(
    data: DataOption = None, world: WorldOption = None, as_json: JsonOption = False
) -> None:
    """Show base URL, credentials and numbers of the running platform.

    With `--json`: an object of `base_url`, `account_sid`, `auth_token`, `test_account_sid`,
    `test_auth_token`, `api_key`, `api_secret` (both null once the key was deleted),
    `control_token`, `gateway_key` (null in production: `trunkline keys create`) and `numbers`.

        $ trunkline credentials
          Base URL          http://127.0.0.1:8080
          Account SID       AC01a1fd4e72df43f433f39e9655d181db
          Auth token        c72c992c6027b11fd40e004760226234
          Test account SID  AC01a1fd4e72df3834a4291eab8d9f84f7
          Test auth token   a58dafc00f12222885ed026cf57aaf69
          API key           SK01a1fd4e72df3834b414a6aff4dbc41b
          API secret        KDoJIbf2H6vOv4MPFSlWHFtBrL14XcSq
          Control token     tlc_103f5484b79c1998b1c4bda51e377bcd934ebe78d8e5a284
          Gateway key       tlk_VqJ2bE3tS9wY0mXhC7rPzNfKdLaQuTgI5oWeB8vHs1c
          Numbers           +12065550100  +14155550100  +18005550100  +18885550100
        $ export TWILIO_ACCOUNT_SID=$(trunkline credentials --json | jq -r .account_sid)
    """
    from trunkline.cli.client import Control
    from trunkline.cli.show import facts, print_json

    found = Control(data, world).get("/credentials")
    if as_json:
        print_json(found)
        return
    found["numbers"] = "  ".join(found["numbers"])
    facts((name, str(found[key] or "—")) for key, name in NAMES.items())
