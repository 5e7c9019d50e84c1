"""A messaging service as its author sets it up: twilio-python, without a word on where."""

import json
import os

import twilio
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

client = Client(os.environ["TWILIO_ACCOUNT_SID"], os.environ["TWILIO_AUTH_TOKEN"])
services = client.messaging.v1.services
(number,) = client.incoming_phone_numbers.list(phone_number=os.environ["TWILIO_PHONE_NUMBER"])


def code_of(ask):
    """Status and code of a refusal."""
    try:
        ask()
    except TwilioRestException as error:
        return [error.status, error.code]
    return None


created = services.create(
    friendly_name="prod-notifications", status_callback="https://api.example.com/twilio/status"
)
service = services(created.sid)
updated = service.update(
    inbound_request_url="https://api.example.com/twilio/inbound",
    inbound_method="POST",
    sticky_sender=True,
    area_code_geomatch=False,
)
added = service.phone_numbers.create(phone_number_sid=number.sid)
twice = code_of(lambda: service.phone_numbers.create(phone_number_sid=number.sid))
listed = [each.sid for each in services.list(limit=50)]
pool = [each.phone_number for each in service.phone_numbers.list(limit=50)]
shop = service.alpha_senders.create(alpha_sender="Shop").alpha_sender
removed = service.phone_numbers(number.sid).delete()
empty = service.phone_numbers.list()
deleted = service.delete()
print(
    json.dumps(
        {
            "version": twilio.__version__,
            "sid": created.sid,
            "name": created.friendly_name,
            "callback": updated.status_callback,
            "inbound": [updated.inbound_request_url, updated.inbound_method],
            "flags": [updated.sticky_sender, updated.area_code_geomatch],
            "capabilities": added.capabilities,
            "twice": twice,
            "listed": listed,
            "pool": pool,
            "shop": shop,
            "removed": [removed, empty, deleted],
            "gone": code_of(service.fetch),
        }
    )
)
