"""What accounts set for their webhooks."""

from __future__ import annotations

import pytest

from tests.unit.numbers.support import until
from tests.unit.webhooks.alerts.support import World
from trunkline.store import Database
from trunkline.webhooks.alerts.account_settings import InvalidSetting, WebhookAccounts
from trunkline.webhooks.http.network_rules import NOBODY, NetworkRules

URL = "https://me:pw@debug.example/alerts#rc=2"
RULES = NetworkRules(private=False)


async def test_nothing_is_set_at_first(world: World) -> None:
    sid = world.account.account_sid
    assert await world.accounts.debugger_url(sid) is None
    assert await world.accounts.allowed(sid) is NOBODY


async def test_a_debugger_url_is_set_changed_and_taken_away(world: World) -> None:
    sid = world.account.account_sid
    for url in (URL, "http://127.0.0.1:3000/x"):
        await world.accounts.set(sid, debugger_url=url)
        assert await world.accounts.debugger_url(sid) == url
    await world.accounts.set(sid, debugger_url=None)
    assert await world.accounts.debugger_url(sid) is None
    await world.accounts.set(sid, debugger_url=URL)
    await world.accounts.set(sid, debugger_url="")
    assert await world.accounts.debugger_url(sid) is None


async def test_a_subaccount_uses_its_parents_debugger_until_it_has_its_own(world: World) -> None:
    parent, sub = world.account.account_sid, (await world.subaccount())["sid"]
    assert await world.accounts.debugger_url(sub) is None
    await world.accounts.set(parent, debugger_url=URL)
    assert await world.accounts.debugger_url(sub) == URL
    assert await world.accounts.own_debugger_url(sub) is None
    await world.accounts.set(sub, debugger_url="https://own.example")
    assert await world.accounts.debugger_url(sub) == "https://own.example"
    assert await world.accounts.own_debugger_url(sub) == "https://own.example"
    assert await world.accounts.debugger_url(parent) == URL
    await world.accounts.set(sub, debugger_url=None)
    assert await world.accounts.debugger_url(sub) == URL


async def test_private_targets_are_allowed_by_network_address_and_name(world: World) -> None:
    sid = world.account.account_sid
    await world.accounts.set(
        sid, allowed=["10.1.0.0/16", "192.168.0.7", "fd00::/8", "App.Internal.", "10.1.0.0/16"]
    )
    allowed = await world.accounts.allowed(sid)
    for host, address, permitted in (
        ("x.example", "10.1.2.3", True),
        ("x.example", "10.2.0.1", False),
        ("x.example", "192.168.0.7", True),
        ("x.example", "192.168.0.8", False),
        ("x.example", "fd12::1", True),
        ("x.example", "::ffff:10.1.2.3", True),
        ("app.internal", "172.16.0.1", True),
        ("other.internal", "172.16.0.1", False),
        ("app.internal.evil.example", "172.16.0.1", False),
    ):
        assert RULES.permit(host, address, allowed) is permitted, (host, address)
    await world.accounts.set(sid, allowed=[])
    assert await world.accounts.allowed(sid) is NOBODY


async def test_what_is_not_named_stays(world: World) -> None:
    sid = world.account.account_sid
    await world.accounts.set(sid, debugger_url=URL, allowed=["10.0.0.0/8"])
    await world.accounts.set(sid, allowed=["app.internal"])
    assert await world.accounts.debugger_url(sid) == URL
    await world.accounts.set(sid, debugger_url=None)
    assert (await world.accounts.allowed(sid)).hosts == {"app.internal"}
    assert (await world.accounts.allowed(sid)).networks == ()


async def test_what_a_parent_may_reach_is_not_for_its_subaccounts(world: World) -> None:
    sub = (await world.subaccount())["sid"]
    await world.accounts.set(world.account.account_sid, allowed=["10.0.0.0/8"])
    assert await world.accounts.allowed(sub) is NOBODY


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("debug.example", "The URL does not start with http:// or https://."),
        ("ftp://debug.example", "The URL does not start with http:// or https://."),
        ("https://", "The URL has no host."),
        ("https://x:99999/", "The port of the URL is not between 1 and 65535."),
        ("https://x/\0", "The URL contains a control character."),
        ("https://x/\ud800", "The URL is not valid Unicode."),
        ("https://x/" + "y" * 5000, "The URL is longer than 4096 characters."),
    ],
)
async def test_a_url_that_cannot_be_requested_is_refused(
    world: World, url: str, reason: str
) -> None:
    sid = world.account.account_sid
    await world.accounts.set(sid, debugger_url=URL)
    with pytest.raises(InvalidSetting) as refusal:
        await world.accounts.set(sid, debugger_url=url)
    assert str(refusal.value) == reason
    assert await world.accounts.debugger_url(sid) == URL


async def test_an_override_that_cannot_be_followed_is_refused(world: World) -> None:
    with pytest.raises(InvalidSetting, match=r"\.$"):
        await world.accounts.set(
            world.account.account_sid, debugger_url="https://x.example/#rp=7xx"
        )


@pytest.mark.parametrize(
    "entry", ["", " ", "10.0.0.0/33", "a b", "http://app.internal", "app/x", "\0", "x" * 254, "ü"]
)
async def test_what_is_no_network_and_no_host_is_refused(world: World, entry: str) -> None:
    with pytest.raises(InvalidSetting):
        await world.accounts.set(world.account.account_sid, allowed=["10.0.0.0/8", entry])
    assert await world.accounts.allowed(world.account.account_sid) is NOBODY


async def test_a_list_without_end_is_refused(world: World) -> None:
    many = [f"10.0.{n}.0/24" for n in range(101)]
    with pytest.raises(InvalidSetting, match="At most 100"):
        await world.accounts.set(world.account.account_sid, allowed=many)


async def test_there_is_nothing_to_set_for_an_account_that_is_none(world: World) -> None:
    for sid in ("AC" + "0" * 32, world.account.test_account_sid):
        with pytest.raises(LookupError):
            await world.accounts.set(sid, debugger_url=URL)
    assert await world.accounts.debugger_url("AC" + "0" * 32) is None


async def test_a_change_is_seen_at_once_where_it_was_made(world: World) -> None:
    """Before its notice comes back: here none does."""
    deaf = Database(world.database.pool, world.database.url)
    accounts, sid = WebhookAccounts(deaf), world.account.account_sid
    for url in (None, URL, "https://new.example"):
        await accounts.set(sid, debugger_url=url)
        assert await accounts.debugger_url(sid) == url


async def test_a_change_is_seen_on_another_node(world: World) -> None:
    parent, sub = world.account.account_sid, (await world.subaccount())["sid"]
    elsewhere = WebhookAccounts(world.database)
    assert await elsewhere.debugger_url(sub) is None
    await world.accounts.set(parent, debugger_url=URL)

    async def followed() -> bool:
        return await elsewhere.debugger_url(sub) == URL

    await until(followed)


async def test_settings_are_read_again_when_notices_may_have_been_missed(world: World) -> None:
    sid = world.account.account_sid
    assert await world.accounts.debugger_url(sid) is None
    await world.database.execute(
        "INSERT INTO webhook_accounts (account_id, debugger_url, allowed) VALUES ($1, $2, '[]')",
        sid[2:],
        URL,
    )
    assert await world.accounts.debugger_url(sid) is None
    world.accounts.forget_all()
    assert await world.accounts.debugger_url(sid) == URL


async def test_memory_is_bounded(world: World) -> None:
    accounts = WebhookAccounts(world.database, most=2)
    sids = [world.account.account_sid, *[(await world.subaccount())["sid"] for _ in range(3)]]
    await accounts.set(sids[0], debugger_url=URL)
    for sid in (*sids, *sids):
        assert await accounts.debugger_url(sid) == URL
        assert len(accounts._known) <= 2
