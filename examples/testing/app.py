"""The waiting list of a restaurant, by SMS: guests join, are called, and come or do not."""

from __future__ import annotations

import os

from fastapi import FastAPI, Form, HTTPException, Request, Response
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from twilio.twiml.messaging_response import MessagingResponse

app = FastAPI()
waiting: list[str] = []
unreachable: list[str] = []


async def check_signature(request: Request) -> None:
    """Refuse what was not signed by Twilio."""
    validator = RequestValidator(os.environ["TWILIO_AUTH_TOKEN"])
    signature = request.headers.get("X-Twilio-Signature", "")
    if not validator.validate(str(request.url), dict(await request.form()), signature):
        raise HTTPException(403)


@app.post("/sms")
async def sms(request: Request, From: str = Form(), Body: str = Form("")) -> Response:
    """A guest writes."""
    await check_signature(request)
    response = MessagingResponse()
    match Body.strip().upper():
        case "JOIN":
            if From not in waiting:
                waiting.append(From)
            response.message(f"You are number {waiting.index(From) + 1} in line.")
        case "OK" | "NO" as answer:
            response.message("See you soon!" if answer == "OK" else "Maybe next time.")
        case _:
            response.message("Send JOIN to get in line.")
    return Response(str(response), media_type="application/xml")


@app.post("/status")
async def status(request: Request, To: str = Form(), MessageStatus: str = Form()) -> Response:
    """What became of a message."""
    await check_signature(request)
    if MessageStatus in ("undelivered", "failed"):
        unreachable.append(To)
    return Response(status_code=204)


def call_next(public_url: str) -> None:
    """Tell the first guest in line that the table is ready."""
    Client().messages.create(
        to=waiting.pop(0),
        from_=os.environ["TWILIO_PHONE_NUMBER"],
        body="Your table is ready. OK or NO?",
        status_callback=f"{public_url}/status",
    )
