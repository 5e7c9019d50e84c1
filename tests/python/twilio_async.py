"""The same application, asynchronous."""

import asyncio
import json
import os
import sys

from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.rest import Client


async def send(client):
    message = await client.messages.create_async(
        to="+14155550123", from_=os.environ["TWILIO_PHONE_NUMBER"], body="your table is ready"
    )
    fetched = await client.messages(message.sid).fetch_async()
    account = await client.api.account.fetch_async()
    return {"sid": fetched.sid, "body": fetched.body, "account": account.sid}


async def tidy(client, sid):
    stream = await client.messages.stream_async(page_size=1)
    listed = [message.body async for message in stream]
    redacted = (await client.messages(sid).update_async(body="")).body
    deleted = await client.messages(sid).delete_async()
    number = (await client.incoming_phone_numbers.list_async(limit=1))[0]
    number = await number.update_async(friendly_name="Reception")
    left = len(await client.messages.list_async())
    return {
        "listed": listed,
        "redacted": redacted,
        "deleted": deleted,
        "left": left,
        "name": number.friendly_name,
    }


async def alerts(client):
    page = await client.monitor.v1.alerts.page_async(page_size=1)
    urls, codes = [], []
    while page is not None:
        codes += [alert.error_code for alert in page]
        urls.append(page.next_page_url)
        page = await page.next_page_async()
    return {"codes": codes, "urls": urls}


async def main(task, *arguments):
    async with AsyncTwilioHttpClient() as http_client:
        client = Client(
            os.environ["TWILIO_ACCOUNT_SID"],
            os.environ["TWILIO_AUTH_TOKEN"],
            http_client=http_client,
        )
        tasks = {"send": send, "tidy": tidy, "alerts": alerts}
        print(json.dumps(await tasks[task](client, *arguments)))


asyncio.run(main(*sys.argv[1:]))
