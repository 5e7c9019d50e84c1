"""A small company's telephone: a menu by keys, calls put through to a person who may refuse them,
and voicemail. Written for Twilio with FastAPI."""

from __future__ import annotations

import os
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Request, Response
from twilio.request_validator import RequestValidator
from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

# What Twilio is told to request, and therefore what it signs.
PUBLIC_URL = "https://api.example.com"
# The mobile phone of the person who takes calls.
ANNS_PHONE = os.environ.get("ANNS_PHONE", "+14155550150")

app = FastAPI()
validator = RequestValidator(os.environ["TWILIO_AUTH_TOKEN"])
seen: set[str] = set()  # recordings; a database with a unique key in real life


async def signed_form(request: Request) -> dict[str, str]:
    """The form of a request that Twilio made; 403 to everybody else."""
    form = {name: str(value) for name, value in (await request.form()).items()}
    signature = request.headers.get("X-Twilio-Signature", "")
    if not validator.validate(PUBLIC_URL + request.url.path, form, signature):
        raise HTTPException(403, "This was not signed by Twilio.")
    return form


Form = Annotated[dict[str, str], Depends(signed_form)]


def twiml(response: VoiceResponse) -> Response:
    """An answer with TwiML."""
    return Response(str(response), media_type="text/xml")


@app.post("/voice/incoming", dependencies=[Depends(signed_form)])
async def incoming() -> Response:
    """The number that everybody calls: the menu."""
    response = VoiceResponse()
    menu = Gather(num_digits=1, timeout=4, action="/voice/menu")
    menu.say("Blue Door Books. For Ann, press 1. For our hours, press 2.")
    response.append(menu)
    response.say("You pressed nothing. Goodbye.")
    return twiml(response)


@app.post("/voice/menu")
async def menu(form: Form) -> Response:
    """A key was pressed."""
    response = VoiceResponse()
    match form["Digits"]:
        case "1":
            response.append(to_ann())
        case "2":
            response.say("We are here from ten to six.")
            response.redirect("/voice/incoming")
        case _:
            response.say("That is no choice.")
            response.redirect("/voice/incoming")
    return twiml(response)


@app.post("/voice/direct", dependencies=[Depends(signed_form)])
async def direct() -> Response:
    """Ann's own number: no menu. It rings, and costs nothing, until she accepts the call."""
    response = VoiceResponse()
    response.append(to_ann())
    return twiml(response)


def to_ann() -> Dial:
    """Call Ann. She hears who calls, and accepts or does not; both sides are recorded."""
    dial = Dial(
        answer_on_bridge=True,
        timeout=15,
        action="/voice/forwarded",
        record="record-from-answer-dual",
        recording_status_callback="/voice/recorded",
    )
    dial.number(ANNS_PHONE, url="/voice/whisper")
    return dial


@app.post("/voice/whisper")
async def whisper(form: Form) -> Response:
    """Ann has answered; the caller does not hear this. It may be her mailbox that listens."""
    response = VoiceResponse()
    accept = Gather(num_digits=1, timeout=5, action="/voice/accept")
    caller = form["From"].removeprefix("+")
    accept.say(f"A caller: {' '.join(caller[-4:])}. To accept, press 1.")
    response.append(accept)
    response.hangup()
    return twiml(response)


@app.post("/voice/accept")
async def accept(form: Form) -> Response:
    """Ann has pressed a key. An empty answer puts the caller through."""
    response = VoiceResponse()
    if form["Digits"] != "1":
        response.hangup()
    return twiml(response)


@app.post("/voice/forwarded")
async def forwarded(form: Form) -> Response:
    """They have talked; or Ann could not be reached, or did not want to."""
    response = VoiceResponse()
    if form["DialCallStatus"] == "completed":
        response.hangup()
    else:
        response.say("Ann is not there. Leave a message after the tone, then press hash.")
        response.record(
            action="/voice/message",
            finish_on_key="#",
            max_length=120,
            recording_status_callback="/voice/recorded",
        )
        response.say("You said nothing. Goodbye.")
    return twiml(response)


@app.post("/voice/message", dependencies=[Depends(signed_form)])
async def message() -> Response:
    """The caller has left a message."""
    response = VoiceResponse()
    response.say("Thank you. Goodbye.")
    return twiml(response)


@app.post("/voice/recorded")
async def recorded(form: Form) -> Response:
    """A recording can be had: by email to Ann, in real life."""
    if form["RecordingSid"] not in seen:  # Twilio may tell the same thing twice
        seen.add(form["RecordingSid"])
        kind = "message" if form["RecordingSource"] == "RecordVerb" else "conversation"
        print(
            kind,
            form["CallSid"],
            f"{form['RecordingDuration']} s",
            form["RecordingUrl"],
            flush=True,
        )
    return Response(status_code=204)
