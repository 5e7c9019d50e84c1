"""Domains of short links, and the links of a message."""

from __future__ import annotations

from tests.unit.control.support import ACCOUNT, SID, Client

DOMAINS = "/links/domains"


async def test_a_domain_is_made_listed_and_removed(client: Client) -> None:
    made = await client.call("POST", DOMAINS, {"domain_name": "Go.Example"})
    assert (made.status, made.json()["domain_name"]) == (201, "go.example")
    listed = (await client.get(DOMAINS)).json()["domains"]
    assert [each["domain_name"] for each in listed] == ["first.example", "Go.Example"]
    assert (listed[1]["sid"], listed[1]["account_sid"]) == (made.json()["sid"], ACCOUNT)

    gone = await client.call("DELETE", f"{DOMAINS}/{made.json()['sid']}")

    assert (gone.status, gone.body) == (204, b"")
    again = await client.call("DELETE", f"{DOMAINS}/{made.json()['sid']}")
    assert (again.status, again.json()["error"]["code"]) == (404, "no_such_domain")


async def test_what_cannot_be_a_domain(client: Client) -> None:
    for asked, status, code in (
        ({"domain_name": "a b"}, 422, "invalid_domain"),
        ({"domain_name": "taken.example"}, 409, "domain_taken"),
        ({"domain_name": "x" * 260}, 422, "invalid_parameter"),
        ({"domain_name": "a.example", "account_sid": "AC" + "f" * 32}, 404, "no_such_account"),
        ({}, 422, "invalid_parameter"),
    ):
        answer = await client.call("POST", DOMAINS, asked)
        assert (answer.status, answer.json()["error"]["code"]) == (status, code), asked


async def test_the_links_of_a_message(client: Client) -> None:
    (link,) = (await client.get(f"/messages/{SID}/links")).json()["links"]
    assert (link["url"], link["media"], link["clicks"]) == ("https://shop.example/", None, 1)
    assert link["clicked"] == [{"clicked_at": "2026-03-04T00:00:00Z", "user_agent": "Phone/1"}]
    assert (await client.get("/messages/SMx/links")).status == 404
