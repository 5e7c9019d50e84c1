"""What was set up for messaging, read again after everything was killed and started again."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from twilio.rest import Client

from tests.acceptance.test_python_content import create
from tests.support.control import advance, bodies, now
from tests.support.platform import RunningPlatform, World, read_credentials
from tests.support.python_client import connect

PHONE = "+14155550123"
BLOCKED = "+14155550124"


def test_templates_domains_consents_limits_and_schedules_outlast_a_power_cut(
    short_tmp: Path,
) -> None:
    process = RunningPlatform(short_tmp / "messaging data")

    def started() -> tuple[Client, World]:
        runtime = process.start()
        world = read_credentials(runtime["base_url"], runtime["control_token"], "default")
        return connect(world), world

    try:
        client, world = started()
        service = str(client.messaging.v1.services.create(friendly_name="kept").sid)
        (number,) = client.incoming_phone_numbers.list(phone_number=world.numbers[0])
        client.messaging.v1.services(service).phone_numbers.create(str(number.sid))
        template = str(create(client, friendly_name="order").sid)
        domain = world.control("POST", "/links/domains", {"domain_name": "go.example.com"})
        client.messaging.v1.linkshortening_messaging_service(domain["sid"], service).create()
        world.control(
            "PUT",
            "/consents",
            {"sender": world.numbers[0], "recipient": BLOCKED, "status": "blocked"},
        )
        world.control("PUT", f"/services/{service}/opt-out", {"enabled": True})
        limits = world.control("PUT", "/limits", {"limits": "custom", "long_code": 7})
        sid = client.messages.create(
            to=PHONE,
            messaging_service_sid=service,
            content_sid=template,
            content_variables='{"name": "Ana", "1": "A-1"}',
            schedule_type="fixed",
            send_at=now(world) + timedelta(hours=1),
        ).sid
        process.kill()

        client, world = started()
        assert client.content.v1.contents(template).fetch().friendly_name == "order"
        found = client.messaging.v1.linkshortening_messaging_service_domain_association(service)
        assert found.fetch().domain_sid == domain["sid"]
        (consent,) = world.control("GET", "/consents")["consents"]
        assert (consent["recipient"], consent["status"]) == (BLOCKED, "blocked")
        assert world.control("GET", f"/services/{service}/opt-out")["words"]["enabled"] is True
        assert world.control("GET", "/limits") == limits
        assert client.messages(sid).fetch().status == "scheduled"
        advance(world, "1h")
        assert client.messages(sid).fetch().status == "delivered"
        assert bodies(world, PHONE) == ["Hi Ana, your order A-1 is ready."]
        assert process.stop() == 0
    finally:
        process.clear_away()
