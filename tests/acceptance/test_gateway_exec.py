"""`trunkline exec` redirects the gateways' hosts: scripts written for them run as they are."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.support import node
from tests.support.executing import Exec
from tests.support.platform import World

URLLIB = """
import json, os, urllib.request
def ask(url, method="GET", data=None, **headers):
    request = urllib.request.Request(url, data=data, method=method)
    request.add_header("Authorization", f'Bearer {os.environ["MATON_API_KEY"]}')
    for name, value in headers.items():
        request.add_header(name.replace("_", "-"), value)
    return json.load(urllib.request.urlopen(request))
"""
CONNECTIONS = (
    URLLIB
    + """
active = ask("https://ctrl.maton.ai/connections?app=twilio&status=ACTIVE")["connections"]
new = json.dumps({"app": "twilio"}).encode()
made = ask("https://ctrl.maton.ai/connections", "POST", new, Content_Type="application/json")
one = "https://ctrl.maton.ai/connections/" + made["connection"]["connection_id"]
fetched = ask(one)["connection"]
named = ask("https://gateway.maton.ai/twilio/2010-04-01/Accounts.json",
            Maton_Connection=active[0]["connection_id"])
print(json.dumps([len(active), made["connection"]["status"], fetched["url"],
                  ask(one, "DELETE"), named["accounts"][0]["sid"]]))
"""
)
REQUESTS = """
import os
import requests
headers = {"Authorization": f'Bearer {os.environ["MATON_API_KEY"]}'}
base = "https://gateway.maton.ai/twilio/2010-04-01/Accounts"
sid = requests.get(base + ".json", headers=headers).json()["accounts"][0]["sid"]
message = requests.post(f"{base}/{sid}/Messages.json", headers={
    **headers, "Content-Type": "application/x-www-form-urlencoded"}, data={
    "To": "+15559876543", "From": os.environ["TWILIO_PHONE_NUMBER"], "Body": "by requests"})
call = requests.post(f"{base}/{sid}/Calls.json", headers=headers, data={
    "To": "+15559876543", "From": os.environ["TWILIO_PHONE_NUMBER"],
    "Url": "https://demo.twilio.com/docs/voice.xml"})
print(sid, message.json()["status"], call.json()["status"])
"""
SDK = """
import os
from maton_ai import Maton
maton = Maton()
print(maton.api.get("/twilio/2010-04-01/Accounts.json")["accounts"][0]["sid"])
"""
NODE = """
fetch("https://gateway.maton.ai/twilio/2010-04-01/Accounts.json", {
  headers: { Authorization: `Bearer ${process.env.MATON_API_KEY}` },
}).then((r) => r.json()).then((d) => console.log(d.accounts[0].sid));
"""
MEMBRANE = """
const { MembraneClient } = require("@membranehq/sdk");
const client = new MembraneClient({ token: process.env.MEMBRANE_TOKEN });
client.connections.find().then(({ items }) => console.log(items[0].connectorKey));
"""


@pytest.fixture
def exec_(platform: World, short_tmp: Path) -> Exec:
    """`trunkline exec` for this test's world."""
    return Exec(short_tmp / "acceptance data", platform.name)


def test_scripts_with_urllib(exec_: Exec, platform: World) -> None:
    told = json.loads(exec_.output(sys.executable, "-c", CONNECTIONS))
    active, status, url, deleted, account = told
    assert (active, status, deleted, account) == (1, "PENDING", {}, platform.account_sid)
    assert url.startswith(f"{platform.base_url}/gateway/connect?session_token=")


def test_scripts_with_requests(exec_: Exec, platform: World) -> None:
    sid, message, call = exec_.output(sys.executable, "-c", REQUESTS).split()
    assert sid == platform.account_sid
    assert (message, call) == ("queued", "queued")


def test_the_python_sdk(exec_: Exec, platform: World, tmp_path: Path) -> None:
    sid = exec_.output(sys.executable, "-c", SDK, environment={"MATON_CONFIG_DIR": str(tmp_path)})
    assert sid.strip() == platform.account_sid


def test_node_and_the_membrane_sdk(exec_: Exec, platform: World) -> None:
    assert exec_.output(node.node_binary(), "-e", NODE).strip() == platform.account_sid
    assert exec_.output(node.node_binary(), "-e", MEMBRANE).strip() == "twilio"


def test_a_key_of_a_real_gateway_is_not_what_the_program_gets(exec_: Exec, platform: World) -> None:
    key = exec_.output(
        sys.executable,
        "-c",
        "import os; print(os.environ['MATON_API_KEY'])",
        environment={"MATON_API_KEY": "of a real account"},
    )
    assert key.strip() == platform.gateway_key
