"""python send.py TO TEXT: send a message whose fate the app is told."""

from __future__ import annotations

import os
import sys

from twilio.rest import Client

client = Client(os.environ["TWILIO_ACCOUNT_SID"], os.environ["TWILIO_AUTH_TOKEN"])

recipient, text = sys.argv[1:]
message = client.messages.create(
    to=recipient,
    from_=os.environ["TWILIO_PHONE_NUMBER"],
    body=text,
    status_callback="https://api.example.com/twilio/status",
)
print(message.sid)
