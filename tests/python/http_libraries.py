"""A message sent, and read, by the plain HTTP library that is named; no client of Twilio's.

`http_libraries.py LIBRARY URL` reads a URL instead, and prints what it has.
"""

import asyncio
import base64
import json
import os
import sys
import urllib.request
from urllib.parse import urlencode

SID, TOKEN = os.environ["TWILIO_ACCOUNT_SID"], os.environ["TWILIO_AUTH_TOKEN"]
MESSAGES = f"https://api.twilio.com/2010-04-01/Accounts/{SID}/Messages.json"
FORM = {"To": "+14155550123", "From": os.environ["TWILIO_PHONE_NUMBER"], "Body": sys.argv[1]}
BASIC = "Basic " + base64.b64encode(f"{SID}:{TOKEN}".encode()).decode()


def by_urllib(method, url, form):
    data = urlencode(form).encode() if form else None
    request = urllib.request.Request(url, data, {"Authorization": BASIC}, method=method)
    with urllib.request.urlopen(request) as answer:
        return answer.read()


def by_urllib3(method, url, form):
    import urllib3

    manager = urllib3.PoolManager()
    if "HTTPS_PROXY" in os.environ:
        manager = urllib3.ProxyManager(os.environ["HTTPS_PROXY"])
    with manager:
        headers = {"Authorization": BASIC}
        return manager.request_encode_body(
            method, url, fields=form or None, headers=headers, encode_multipart=False
        ).data


def by_requests(method, url, form):
    import requests

    with requests.request(method, url, data=form, auth=(SID, TOKEN)) as answer:
        return answer.content


def by_httpx(method, url, form):
    import httpx

    return httpx.request(method, url, data=form, auth=(SID, TOKEN)).content


def by_httpx_async(method, url, form):
    import httpx

    async def ask():
        async with httpx.AsyncClient(auth=(SID, TOKEN)) as client:
            return (await client.request(method, url, data=form)).content

    return asyncio.run(ask())


def by_aiohttp(method, url, form):
    import aiohttp

    async def ask():
        async with (
            aiohttp.ClientSession(trust_env=True, headers={"Authorization": BASIC}) as session,
            session.request(method, url, data=form) as answer,
        ):
            return await answer.read()

    return asyncio.run(ask())


library = sys.argv[1]
ask = globals()[f"by_{library}"]
if len(sys.argv) > 2:
    print(ask("GET", sys.argv[2], None).decode())
else:
    sent = json.loads(ask("POST", MESSAGES, FORM))
    fetched = json.loads(ask("GET", f"https://api.twilio.com{sent['uri']}", None))
    print(json.dumps({"sent": sent["sid"], "fetched": fetched["sid"], "body": fetched["body"]}))
