"""A help desk that people reach by text message, written for Twilio with FastAPI."""

from __future__ import annotations

import os

from fastapi import FastAPI, Request, Response
from twilio.request_validator import RequestValidator
from twilio.twiml.messaging_response import MessagingResponse

# What Twilio is told to request, and therefore what it signs.
INBOUND_URL = "https://api.example.com/twilio/inbound"
STATUS_URL = "https://api.example.com/twilio/status"

HELP = "You have reached the help desk. Describe your problem in one message."

app = FastAPI()
validator = RequestValidator(os.environ["TWILIO_AUTH_TOKEN"])
seen: set[tuple[str, str]] = set()  # (message, status); a database with a unique key in real life


async def signed_form(request: Request, url: str) -> dict[str, str] | None:
    """The form of a request that Twilio made of this URL; None when somebody else made it."""
    form = {name: str(value) for name, value in (await request.form()).items()}
    signature = request.headers.get("X-Twilio-Signature", "")
    return form if validator.validate(url, form, signature) else None


@app.post("/twilio/inbound")
async def inbound(request: Request) -> Response:
    """Answer a message that came in."""
    form = await signed_form(request, INBOUND_URL)
    if form is None:
        return Response("This was not signed by Twilio.", status_code=403)
    reply = MessagingResponse()
    if form["Body"].strip().upper() == "HELP":
        reply.message(HELP)
    else:
        reply.message("Received. Somebody will write to you soon.")
    return Response(str(reply), media_type="text/xml")


@app.post("/twilio/status")
async def status(request: Request) -> Response:
    """Take note of what became of a message that was sent."""
    form = await signed_form(request, STATUS_URL)
    if form is None:
        return Response("This was not signed by Twilio.", status_code=403)
    news = form["MessageSid"], form["MessageStatus"]
    if news not in seen:  # Twilio may tell the same thing twice
        seen.add(news)
        print(*news, form.get("ErrorCode", ""), flush=True)
    return Response(status_code=204)
