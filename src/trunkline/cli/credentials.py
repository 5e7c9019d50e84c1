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
    "numbers": "Numbers",
}


def credentials(
    data: DataOption = None, world: WorldOption = None, as_json: JsonOption = False
) -> None:
    """Show base URL, credentials and numbers of the running platform."""
    from trunkline.cli.client import Control
    from trunkline.cli.show import facts, print_json

    found = Control(data, world).get("/credentials")
    if as_json:
        print_json(found)
        return
    found["numbers"] = "  ".join(found["numbers"])
    facts((name, str(found[key] or "—")) for key, name in NAMES.items())
