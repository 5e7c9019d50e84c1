"""twilio-python and messaging services: their settings, and the pools of their senders."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from twilio.rest import Client
from twilio.rest.messaging.v2.channels_sender import ChannelsSenderList

from tests.acceptance.conftest import read_credentials
from tests.support.control import advance, make_world, now, text_from
from tests.support.platform import RunningPlatform, World
from tests.support.python_client import connect, refused

SETTINGS: dict[str, Any] = {
    "friendly_name": "Deliveries",
    "inbound_request_url": "https://example.com/inbound",
    "inbound_method": "GET",
    "fallback_url": "https://example.com/fallback",
    "fallback_method": "GET",
    "status_callback": "https://example.com/status",
    "sticky_sender": False,
    "mms_converter": False,
    "smart_encoding": False,
    "scan_message_content": "disable",
    "fallback_to_long_code": False,
    "area_code_geomatch": False,
    "validity_period": 600,
    "synchronous_validation": True,
    "usecase": "notifications",
    "use_inbound_webhook_on_number": True,
}
ALREADY = (409, 21710, "Phone Number or Short Code is already in the Messaging Service.")
ELSEWHERE = (
    409,
    21712,
    "Phone Number or Short Code is associated with another Messaging Service.",
)


WHATSAPP = ChannelsSenderList.MessagingV2ChannelsSenderRequestsCreate(
    {"sender_id": "whatsapp:+14155550100"}
)


def missing(path: str) -> tuple[int, int, str]:
    """The refusal of what is not there."""
    return 404, 20404, f"The requested resource {path} was not found"


def number_sid(client: Client, number: str) -> str:
    """The SID of one of the account's numbers."""
    (found,) = client.incoming_phone_numbers.list(phone_number=number)
    return str(found.sid)


def test_create_with_every_setting(client: Client, platform: World) -> None:
    services = client.messaging.v1.services

    created = services.create(**SETTINGS)

    assert (created.sid or "")[:2] == "MG"
    assert created.account_sid == platform.account_sid
    assert created.us_app_to_person_registered is False
    fetched = services(created.sid).fetch()
    assert {name: getattr(fetched, name) for name in SETTINGS} == SETTINGS
    assert fetched.date_created == fetched.date_updated
    assert fetched.url == f"{platform.base_url}/messaging/v1/Services/{created.sid}"
    assert set(fetched.links or {}) == {
        "phone_numbers",
        "short_codes",
        "alpha_senders",
        "messages",
        "us_app_to_person",
        "us_app_to_person_usecases",
        "channel_senders",
        "destination_alpha_senders",
    }


def test_create_with_a_name_alone(client: Client) -> None:
    created = client.messaging.v1.services.create(friendly_name="Deliveries")

    assert (created.inbound_request_url, created.status_callback) == (None, None)
    assert (created.inbound_method, created.fallback_method) == ("POST", "POST")
    assert (created.sticky_sender, created.smart_encoding, created.mms_converter) == (True,) * 3
    assert (created.validity_period, created.usecase) == (36000, "undeclared")
    assert created.use_inbound_webhook_on_number is False


def test_list_update_and_delete(client: Client) -> None:
    services = client.messaging.v1.services
    sids = [services.create(friendly_name=f"service {n}").sid for n in range(3)]

    assert [each.sid for each in services.list()] == sids[::-1]
    assert [each.sid for each in services.list(page_size=2)] == sids[::-1]
    updated = services(sids[0]).update(friendly_name="new", sticky_sender=False)
    assert (updated.friendly_name, updated.sticky_sender) == ("new", False)
    assert updated.mms_converter is True
    assert services(sids[0]).delete() is True
    with refused(*missing(f"/Services/{sids[0]}")):
        services(sids[0]).fetch()
    assert [each.sid for each in services.list()] == sids[:0:-1]


def test_what_is_refused(client: Client) -> None:
    services = client.messaging.v1.services

    with refused(400, 21713, "Messaging Service Use Case is Invalid"):
        services.create(friendly_name="x", usecase="spam")
    with refused(400, 21402, "StatusCallback is not valid: nowhere"):
        services.create(friendly_name="x", status_callback="nowhere")
    with refused(400, 20422, "Invalid parameter ValidityPeriod: out of range"):
        services.create(friendly_name="x", validity_period=36001)
    assert services.list() == []


def test_the_use_cases(client: Client) -> None:
    found = client.messaging.v1.usecases.fetch().usecases or []

    assert [each["usecase"] for each in found][:2] == ["notifications", "marketing"]


def test_numbers_of_a_pool(client: Client, platform: World) -> None:
    services = client.messaging.v1.services
    service = services(services.create(friendly_name="Deliveries").sid)
    first, second = (number_sid(client, number) for number in platform.numbers[:2])

    added = service.phone_numbers.create(phone_number_sid=first)
    service.phone_numbers.create(phone_number_sid=second)

    assert (added.sid, added.phone_number) == (first, platform.numbers[0])
    assert (added.country_code, added.capabilities) == ("US", ["MMS", "SMS", "Voice"])
    assert (added.service_sid, added.account_sid) == (service._solution["sid"], added.account_sid)
    fetched = service.phone_numbers(first).fetch()
    assert (fetched.sid, fetched.url) == (first, added.url)
    assert sorted(str(each.sid) for each in service.phone_numbers.list()) == sorted((first, second))
    assert service.phone_numbers(first).delete() is True
    assert [each.sid for each in service.phone_numbers.list()] == [second]
    with refused(*missing(f"/Services/{service._solution['sid']}/PhoneNumbers/{first}")):
        service.phone_numbers(first).fetch()
    assert client.incoming_phone_numbers(first).fetch().sid == first


def test_a_number_in_two_pools_is_refused(client: Client, platform: World) -> None:
    services = client.messaging.v1.services
    one, two = (services(services.create(friendly_name=name).sid) for name in ("one", "two"))
    number = number_sid(client, platform.numbers[0])
    one.phone_numbers.create(phone_number_sid=number)

    with refused(*ALREADY):
        one.phone_numbers.create(phone_number_sid=number)
    with refused(*ELSEWHERE):
        two.phone_numbers.create(phone_number_sid=number)
    one.delete()
    assert two.phone_numbers.create(phone_number_sid=number).sid == number


def test_what_waits_for_a_service_that_is_deleted_fails(client: Client, platform: World) -> None:
    services = client.messaging.v1.services
    service = services(services.create(friendly_name="Deliveries").sid)
    service.phone_numbers.create(phone_number_sid=number_sid(client, platform.numbers[0]))
    later = {"schedule_type": "fixed", "send_at": now(platform) + timedelta(hours=1)}
    waiting, canceled = (
        client.messages.create(
            to="+14155559999",
            body="later",
            messaging_service_sid=service._solution["sid"],
            **later,  # type: ignore[arg-type]
        )
        for _ in range(2)
    )

    service.delete()

    assert canceled.update(status="canceled").status == "canceled"
    advance(platform, "2h")
    ended = waiting.fetch()
    assert (ended.status, ended.error_code) == ("failed", 21701)
    assert ended.messaging_service_sid == service._solution["sid"]
    assert canceled.fetch().status == "canceled"


def test_a_number_that_is_given_away_is_at_once_its_new_owners_alone(
    client: Client, platform: World
) -> None:
    services = client.messaging.v1.services
    service = services(services.create(friendly_name="Deliveries").sid)
    number = number_sid(client, platform.numbers[0])
    subaccount = client.api.v2010.accounts.create()
    theirs = client.api.v2010.accounts(subaccount.sid)
    for _ in range(10):  # the news of the pool may be slower than the phone
        service.phone_numbers.create(phone_number_sid=number)
        client.incoming_phone_numbers(number).update(account_sid=str(subaccount.sid))

        came_in = text_from(platform, "+14155559999", platform.numbers[0], "hello")

        assert theirs.messages(came_in).fetch().messaging_service_sid is None
        back = theirs.incoming_phone_numbers(number).update(account_sid=platform.account_sid)
        assert back.account_sid == platform.account_sid


def test_a_released_number_is_in_no_pool(client: Client, platform: World) -> None:
    services = client.messaging.v1.services
    service = services(services.create(friendly_name="Deliveries").sid)
    number = number_sid(client, platform.numbers[0])
    service.phone_numbers.create(phone_number_sid=number)

    client.incoming_phone_numbers(number).delete()

    assert service.phone_numbers.list() == []
    with refused(*missing(f"/Services/{service._solution['sid']}/PhoneNumbers/{number}")):
        service.phone_numbers.create(phone_number_sid=number)


def test_alphanumeric_senders(client: Client) -> None:
    services = client.messaging.v1.services
    service = services(services.create(friendly_name="Deliveries").sid)

    added = service.alpha_senders.create(alpha_sender="Shop")

    assert ((added.sid or "")[:2], added.alpha_sender, added.capabilities) == (
        "AI",
        "Shop",
        ["SMS"],
    )
    assert service.alpha_senders(str(added.sid)).fetch().alpha_sender == "Shop"
    assert [each.sid for each in service.alpha_senders.list()] == [added.sid]
    with refused(*ALREADY):
        service.alpha_senders.create(alpha_sender=" Shop ")  # as From, it is read without them
    with refused(
        400, 21709, "Alpha Sender ID is Invalid or Not Authorized for this Messaging Service"
    ):
        service.alpha_senders.create(alpha_sender="12345")
    assert service.alpha_senders(str(added.sid)).delete() is True
    assert service.alpha_senders.list() == []


def test_alphanumeric_senders_by_country(client: Client) -> None:
    services = client.messaging.v1.services
    senders = services(services.create(friendly_name="Deliveries").sid).destination_alpha_senders

    french = senders.create(alpha_sender="Boutique", iso_country_code="FR")
    every = senders.create(alpha_sender="Shop")

    assert (french.iso_country_code, every.iso_country_code) == ("FR", "")
    assert [each.sid for each in senders.list()] == [every.sid, french.sid]
    assert [each.sid for each in senders.list(iso_country_code="FR")] == [french.sid]
    assert senders(str(french.sid)).fetch().alpha_sender == "Boutique"
    with refused(*ALREADY):
        senders.create(alpha_sender="Boutique", iso_country_code="FR")
    assert senders(str(french.sid)).delete() is True
    assert [each.sid for each in senders.list()] == [every.sid]


def test_what_is_missing_from_other_pools(client: Client) -> None:
    services = client.messaging.v1.services
    sid = str(services.create(friendly_name="Deliveries").sid)
    service = services(sid)

    assert service.short_codes.list() == []
    assert service.channel_senders.list() == []
    with refused(*missing(f"/Services/{sid}/ShortCodes/SC{'0' * 32}")):
        service.short_codes.create(short_code_sid=f"SC{'0' * 32}")
    with refused(*missing(f"/Services/{sid}/ChannelSenders/XE{'0' * 32}")):
        service.channel_senders.create(sid=f"XE{'0' * 32}")


def test_another_accounts_service_is_not_there(client: Client, platform: World) -> None:
    sid = str(client.messaging.v1.services.create(friendly_name="mine").sid)
    theirs = connect(make_world(platform, f"{platform.name}-other")).messaging.v1.services

    for ask in (
        theirs(sid).fetch,
        theirs(sid).delete,
        lambda: theirs(sid).update(friendly_name="theirs"),
    ):
        with refused(*missing(f"/Services/{sid}")):
            ask()
    with refused(*missing(f"/Services/{sid}/PhoneNumbers")):
        theirs(sid).phone_numbers.list()
    assert theirs.list() == []
    assert client.messaging.v1.services(sid).fetch().friendly_name == "mine"


def test_services_and_pools_outlast_a_power_cut(short_tmp: Path) -> None:
    process = RunningPlatform(short_tmp / "services data")

    def started() -> tuple[Client, World]:
        runtime = process.start()
        world = read_credentials(runtime["base_url"], runtime["control_token"], "default")
        return connect(world), world

    try:
        client, world = started()
        services = client.messaging.v1.services
        sid = str(services.create(**SETTINGS).sid)
        number = number_sid(client, world.numbers[0])
        services(sid).phone_numbers.create(phone_number_sid=number)
        services(sid).alpha_senders.create(alpha_sender="Shop")
        code = world.control("POST", "/numbers", {"phone_number": "12345", "country": "US"})["sid"]
        client.short_codes(code).update(friendly_name="votes")
        services(sid).short_codes.create(short_code_sid=code)
        channel = client.messaging.v2.channels_senders.create(WHATSAPP).sid
        services(sid).channel_senders.create(sid=str(channel))
        gone = str(services.create(friendly_name="gone").sid)
        services(gone).delete()
        process.kill()

        client, _ = started()
        services = client.messaging.v1.services
        fetched = services(sid).fetch()
        assert {name: getattr(fetched, name) for name in SETTINGS} == SETTINGS
        assert [each.sid for each in services.list()] == [sid]
        assert [each.sid for each in services(sid).phone_numbers.list()] == [number]
        assert [each.alpha_sender for each in services(sid).alpha_senders.list()] == ["Shop"]
        assert client.short_codes(code).fetch().friendly_name == "votes"
        assert [each.sid for each in services(sid).short_codes.list()] == [code]
        assert client.messaging.v2.channels_senders(str(channel)).fetch().status == "ONLINE"
        assert [each.sid for each in services(sid).channel_senders.list()] == [channel]
        other = services(str(services.create(friendly_name="other").sid))
        with refused(*ELSEWHERE):
            other.phone_numbers.create(phone_number_sid=number)
        assert process.stop() == 0
    finally:
        process.clear_away()
