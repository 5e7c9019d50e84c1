"""python send.py TO TEXT: send a message whose fate the app is told."""

from __future__ import annotations

import os
import sys

from twilio.rest import Client

client = Client(os.environ["TWILIO_ACCOUNT_SID"], os.environ["TWILIO_AUTH_TOKEN"])
if base_url := os.environ.get("TWILIO_BASE_URL"):
    client.api.base_url = base_url

recipient, text = sys.argv[1:]
message = client.messages.create(
    to=recipient,
    from_=os.environ["TWILIO_NUMBER"],
    body=text,
    status_callback="https://api.example.com/twilio/status",
)
print(message.sid)
