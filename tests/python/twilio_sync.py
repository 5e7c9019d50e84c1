"""An application as its author has it in production: twilio-python, without a word on where."""

import json
import os
import sys

from twilio.rest import Client

client = Client(os.environ["TWILIO_ACCOUNT_SID"], os.environ["TWILIO_AUTH_TOKEN"])


def send():
    """Send a message and read it."""
    message = client.messages.create(
        to="+14155550123", from_=os.environ["TWILIO_PHONE_NUMBER"], body="your table is ready"
    )
    fetched = client.messages(message.sid).fetch()
    return {"sid": fetched.sid, "body": fetched.body, "account": client.api.account.fetch().sid}


def tidy(sid):
    """List messages, redact one, delete it; rename a number."""
    listed = [message.body for message in client.messages.stream(page_size=1)]
    redacted = client.messages(sid).update(body="").body
    deleted = client.messages(sid).delete()
    number = client.incoming_phone_numbers.list(limit=1)[0].update(friendly_name="Reception")
    left = len(client.messages.list())
    return {
        "listed": listed,
        "redacted": redacted,
        "deleted": deleted,
        "left": left,
        "name": number.friendly_name,
    }


def alerts():
    """Read alerts page by page: each page has the URL of the next."""
    page = client.monitor.v1.alerts.page(page_size=1)
    urls, codes = [], []
    while page is not None:
        codes += [alert.error_code for alert in page]
        urls.append(page.next_page_url)
        page = page.next_page()
    return {"codes": codes, "urls": urls}


print(json.dumps({"send": send, "tidy": tidy, "alerts": alerts}[sys.argv[1]](*sys.argv[2:])))
