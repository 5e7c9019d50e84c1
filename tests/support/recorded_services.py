"""Ask for every operation of messaging services and their pools once: see `recorded_answers`."""

from __future__ import annotations

from typing import Any, Protocol

from tests.support.platform import World

__all__ = ["record_services"]

URL = "https://example.com"
SERVICES = "/messaging/v1/Services"


class Recorder(Protocol):
    """Keeps answers."""

    def record(self, operation: str, method: str, path: str, **fields: Any) -> Any: ...

    def record_json(self, operation: str, method: str, path: str, **fields: Any) -> Any: ...


def record_services(recorder: Recorder, world: World) -> None:
    """A service with every setting, one of each kind of sender, and their ends."""
    settings = {
        "InboundRequestUrl": URL,
        "FallbackUrl": URL,
        "FallbackMethod": "GET",
        "StatusCallback": URL,
        "Usecase": "marketing",
    }
    create = "messaging CreateService"
    other = recorder.record(create, "POST", SERVICES, FriendlyName="other")
    made = recorder.record(create, "POST", SERVICES, FriendlyName="My Service!", **settings)
    service = f"{SERVICES}/{made['sid']}"
    recorder.record("messaging FetchService", "GET", service)
    recorder.record("messaging UpdateService", "POST", service, StickySender="false")
    recorder.record("messaging ListService", "GET", SERVICES, PageSize=1)
    recorder.record("messaging DeleteService", "DELETE", f"{SERVICES}/{other['sid']}")
    recorder.record("messaging FetchUsecase", "GET", f"{SERVICES}/Usecases")
    for noun, forms in _senders(recorder, world).items():
        pool = f"{service}/{noun}s"
        for form in forms:
            added = recorder.record(f"messaging Create{noun}", "POST", pool, **form)
        one = f"{pool}/{added['sid']}"
        recorder.record(f"messaging Fetch{noun}", "GET", one)
        recorder.record(f"messaging List{noun}", "GET", pool, PageSize=1)
        recorder.record(f"messaging Delete{noun}", "DELETE", one)


def _senders(recorder: Recorder, world: World) -> dict[str, list[dict[str, str]]]:
    """The forms that add two senders of each kind, by its operations' noun."""
    path = f"/2010-04-01/Accounts/{world.account_sid}/IncomingPhoneNumbers.json"
    numbers = world.get(path)["incoming_phone_numbers"][:2]
    short_codes = [
        world.control("POST", "/numbers", {"phone_number": code, "country": "US"})
        for code in ("12345", "12346")
    ]
    channel_senders = [
        recorder.record_json(
            "messaging_v2 CreateChannelsSender",
            "POST",
            "/messaging/v2/Channels/Senders",
            sender_id=address,
        )
        for address in ("whatsapp:+14155550198", "whatsapp:+14155550199")
    ]
    names = ("Shop", "Store")
    return {
        "PhoneNumber": [{"PhoneNumberSid": each["sid"]} for each in numbers],
        "ShortCode": [{"ShortCodeSid": each["sid"]} for each in short_codes],
        "AlphaSender": [{"AlphaSender": name} for name in names],
        "DestinationAlphaSender": [{"AlphaSender": name, "IsoCountryCode": "FR"} for name in names],
        "ChannelSender": [{"Sid": each["sid"]} for each in channel_senders],
    }
