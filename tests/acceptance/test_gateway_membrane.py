"""The unmodified @membranehq/sdk against the gateway: by workspace secret and by a ready token."""

from __future__ import annotations

import pytest

from tests.support import node
from tests.support.gateway import Gateway, gateway_key
from tests.support.node_clients import run_node
from tests.support.platform import World

PHONE = "+14155550123"


@pytest.fixture
def gateway(platform: World) -> Gateway:
    """A key of a tenant that only this test uses."""
    return gateway_key(platform)


async def membrane(gateway: Gateway, *words: str, secret: bool = True, tenant: str = "default"):
    """What tests/node/membrane.js prints."""
    given = (
        {
            "MEMBRANE_WORKSPACE_KEY": gateway.key["workspace_key"],
            "MEMBRANE_WORKSPACE_SECRET": gateway.key["workspace_secret"],
            "MEMBRANE_TENANT": tenant,
        }
        if secret
        else {"MEMBRANE_TOKEN": gateway.token}
    )
    environment = {"MEMBRANE_API_URI": f"{gateway.base_url}/membrane", **given}
    done = await run_node(str(node.CLIENTS / "membrane.js"), *words, environment=environment)
    assert done.code == 0, done.stderr
    return done.json


@pytest.mark.parametrize("secret", [True, False], ids=["workspace secret", "token"])
async def test_all_that_an_application_does(
    platform: World, gateway: Gateway, secret: bool
) -> None:
    connection = gateway.connect("trunkline", {})

    seen = await membrane(gateway, "whole", connection, platform.numbers[0], PHONE, secret=secret)

    assert seen["self"]["internalId"] == "default"
    assert [c["id"] for c in seen["connections"]["items"]] == [connection]
    assert (seen["fetched"]["state"], seen["fetched"]["connected"]) == ("READY", True)
    assert seen["renamed"]["name"] == "My line"
    assert seen["actions"][0] == "send-message"
    assert seen["schema"]["type"] == "object"
    assert seen["listed"][0] == "update-call"
    assert seen["sent"]["sid"].startswith("SM")
    assert seen["run"]["status"] in ("success", "completed")
    assert seen["bare"]["body"] == "by an action"
    assert seen["account"] == platform.account_sid
    assert (seen["json"]["body"], seen["json"]["to"]) == ("JSON made a form", PHONE)
    assert (seen["form"]["body"], seen["form"]["num_media"]) == ("a form", "2")
    assert seen["legacy"]["body"] == "legacy"
    assert seen["described"]["sid"] == seen["json"]["sid"]
    assert seen["act"]["output"]["sid"] == seen["json"]["sid"]
    assert seen["tested"] == {"success": True}


async def test_refusals_are_the_errors_of_the_sdk(gateway: Gateway) -> None:
    connection = gateway.connect("trunkline", {})

    seen = await membrane(gateway, "refusals", connection)

    assert (seen["unknown"]["class"], seen["unknown"]["key"]) == ("BadRequestError", "not_found")
    assert (seen["secrets"]["class"], seen["secrets"]["key"]) == (
        "BadRequestError",
        "access_denied",
    )
    assert seen["input"]["type"] == "bad_request"
    assert "to" in seen["input"]["message"]
    assert seen["action"]["key"] == "not_found"
    assert seen["provider"]["class"] == "ActionRunError"
    assert "20404" in seen["provider"]["message"]
    upstream = seen["upstream"]
    assert (upstream["class"], upstream["status"]) == ("AxiosError", 404)
    assert upstream["body"]["code"] == 20404  # the provider's own answer, as it is
    assert seen["foreign"]["type"] == "bad_request"


async def test_users_of_a_workspace_do_not_see_each_other(gateway: Gateway) -> None:
    connection = gateway.connect("trunkline", {})

    ours = await membrane(gateway, "get", "/connections")
    theirs = await membrane(gateway, "get", "/connections", tenant="customer-2")
    one = await membrane(gateway, "get", f"/connections/{connection}", tenant="customer-2")

    assert [c["id"] for c in ours["none"]["items"]] == [connection]
    assert theirs["none"]["items"] == []
    assert one["key"] == "not_found"


async def test_a_request_waits_for_a_person(gateway: Gateway) -> None:
    seen = await membrane(gateway, "request")

    [first, *_] = seen["search"]["items"]
    assert (first["elementType"], first["element"]["id"]) == ("connector", "cnt_twilio")
    assert seen["made"]["status"] == "pending"
    assert seen["made"]["url"].endswith(f"connectionRequestId={seen['made']['requestId']}")
    assert seen["fetched"]["requestId"] == seen["made"]["requestId"]


async def test_an_archived_connection_is_gone(gateway: Gateway) -> None:
    connection = gateway.connect("trunkline", {})
    seen = await membrane(gateway, "archive", connection)
    assert seen["afterwards"]["key"] == "not_found"


async def test_a_foreign_secret_opens_nothing(platform: World, gateway: Gateway) -> None:
    other = gateway_key(platform, f"{platform.name}-other")
    mixed = {**gateway.key, "workspace_secret": other.key["workspace_secret"]}
    seen = await membrane(Gateway(base_url=gateway.base_url, key=mixed), "get", "/connections")
    assert (seen["class"], seen["key"]) == ("BadRequestError", "not_authenticated")
