"""`trunkline exec --proxy`: programs that no preload reaches. Here they are Pythons with -I, which
load nothing of ours; other languages are in test_exec_peers.py."""

from __future__ import annotations

import json
import socketserver
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import node
from tests.support.certificates import Authority
from tests.support.executing import Exec
from tests.support.platform import World

PROXY = ["--proxy"]
ALONE = [sys.executable, "-I", "-c"]
SEND = """
import os, sys
sys.path.insert(0, os.environ["SITE"])
from twilio.rest import Client
message = Client().messages.create(
    to="+14155550123", from_=os.environ["TWILIO_PHONE_NUMBER"], body="Hello")
print(message.sid[:2], message.account_sid)
"""
STATUSES = """
import base64, os, sys, urllib.request
sys.path.insert(0, os.environ["SITE"])
import httpx, requests
pair = os.environ["TWILIO_ACCOUNT_SID"], os.environ["TWILIO_AUTH_TOKEN"]
headers = {"Authorization": "Basic " + base64.b64encode(":".join(pair).encode()).decode()}
for scheme in ("https", "http"):
    url = f"{scheme}://api.twilio.com/2010-04-01/Accounts/{pair[0]}.json"
    print(urllib.request.urlopen(urllib.request.Request(url, headers=headers)).status)
    print(requests.get(url, auth=pair).status_code)
    print(httpx.get(url, auth=pair).status_code)
"""
# To a host that is not redirected: by hand, because loopback is never asked of a proxy.
TUNNEL = """
import http.client, os, socket, ssl, sys
from urllib.parse import urlsplit
proxy = urlsplit(os.environ["HTTPS_PROXY"])
port, authority = int(sys.argv[1]), sys.argv[2]
connection = http.client.HTTPSConnection(
    proxy.hostname, proxy.port, context=ssl.create_default_context(cafile=authority))
connection.set_tunnel("127.0.0.1", port)
connection.request("GET", "/")
print(connection.getresponse().read().decode())
print(connection.sock.version(), dict(connection.sock.getpeercert())["subject"][0][0][1])
"""


@pytest.fixture
def exec_(platform: World, short_tmp: Path) -> Exec:
    import twilio

    made = Exec(short_tmp / "acceptance data", platform.name)
    made.environment["SITE"] = str(Path(twilio.__file__).parents[1])
    return made


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """The port of a web server in TLS, and a file with the authority that vouches for it."""
    from cryptography.hazmat.primitives.serialization import Encoding

    authority = Authority(tmp_path)
    path = tmp_path / "authority.pem"
    path.write_bytes(authority._certificate.public_bytes(Encoding.PEM))
    context = authority.serving("127.0.0.1")

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with context.wrap_socket(self.request, server_side=True) as secure:
                secure.recv(10_000)
                secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nelsewhere")
                secure.recv(1)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        serving.start()
        yield server.server_address[1], path
        server.shutdown()
        serving.join()


def test_twilio_python_by_the_proxy_alone(exec_: Exec, platform: World) -> None:
    assert exec_.output(*ALONE, SEND, options=PROXY) == f"SM {platform.account_sid}"


def test_the_clients_of_python_by_the_proxy_alone(exec_: Exec) -> None:
    assert exec_.output(*ALONE, STATUSES, options=PROXY).split() == ["200"] * 6


def test_python_and_node_are_redirected_as_without_it(exec_: Exec, platform: World) -> None:
    """Theirs is the shorter way, and one that holds for clients which ask no proxy."""
    asking = f"https://api.twilio.com/2010-04-01/Accounts/{platform.account_sid}.json"
    python = (
        "import asyncio, aiohttp, base64, os\n"
        "pair = os.environ['TWILIO_ACCOUNT_SID'] + ':' + os.environ['TWILIO_AUTH_TOKEN']\n"
        "headers = {'Authorization': 'Basic ' + base64.b64encode(pair.encode()).decode()}\n"
        "async def main():\n"
        f"    async with aiohttp.request('GET', '{asking}', headers=headers) as answer:\n"
        "        print(answer.status)\n"
        "asyncio.run(main())\n"
    )
    fetch = (
        "const pair = `${process.env.TWILIO_ACCOUNT_SID}:${process.env.TWILIO_AUTH_TOKEN}`;"
        f"fetch('{asking}', {{ headers: {{ Authorization: 'Basic ' + btoa(pair) }} }})"
        ".then((answer) => console.log(answer.status))"
    )
    twilio = "require('twilio')().api.accounts.list().then((all) => console.log(all.length))"
    assert exec_.output(sys.executable, "-c", python, options=PROXY) == "200"
    assert exec_.output(node.node_binary(), "-e", fetch, options=PROXY) == "200"
    assert exec_.output(node.node_binary(), "-e", twilio, options=PROXY) == "1"


def test_a_tunnel_that_a_program_makes_itself(exec_: Exec) -> None:
    """The preload of Node.js, which refuses it elsewhere, lets it go through this proxy."""
    script = (
        "const proxy = new URL(process.env.HTTPS_PROXY), host = 'api.twilio.com';"
        "const { hostname, port, username, password } = proxy;"
        "const asked = { hostname, port, method: 'CONNECT', path: `${host}:443`,"
        " auth: `${username}:${password}` };"
        "require('http').request(asked).on('connect', (answer, socket) => {"
        "  const agent = new (require('https').Agent)();"
        "  agent.createConnection = () => require('tls').connect({ socket, servername: host });"
        "  require('https').get({ host, path: '/2010-04-01.json', agent },"
        "    ({ statusCode }) => { console.log(statusCode); process.exit(); });"
        "}).end();"
    )
    assert exec_.output(node.node_binary(), "-e", script, options=PROXY) == "404"


def test_other_hosts_are_reached_with_their_own_certificates(
    exec_: Exec, elsewhere: tuple[int, Path]
) -> None:
    port, authority = elsewhere
    said, seen = exec_.output(*ALONE, TUNNEL, str(port), str(authority), options=PROXY).split("\n")
    assert (said, seen.split()[1]) == ("elsewhere", "127.0.0.1")


def test_this_machine_is_reached_without_the_proxy(exec_: Exec, platform: World) -> None:
    script = (
        "import os, sys, urllib.request\n"
        "os.environ['HTTP_PROXY'] = os.environ['http_proxy'] = 'http://127.0.0.1:9'\n"
        "print(urllib.request.urlopen(sys.argv[1]).status)"
    )
    url = f"{platform.base_url}/trunkline/v1/health"
    assert exec_.output(*ALONE, script, url, options=PROXY) == "200"


def test_exec_proxy_within_exec_proxy(exec_: Exec, platform: World) -> None:
    inner = exec_.command(*ALONE, SEND, options=PROXY)
    assert exec_.output(*inner, options=PROXY) == f"SM {platform.account_sid}"


def test_a_program_that_does_not_believe_the_certificate_is_told_why(exec_: Exec) -> None:
    script = (
        "import os, ssl, urllib.request\n"
        "context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)\n"
        "urllib.request.urlopen('https://api.twilio.com/', context=context)\n"
    )
    done = exec_(*ALONE, script, options=PROXY)
    assert done.code == 1
    [sentence] = [line for line in done.err.splitlines() if line.startswith("trunkline: ")]
    assert "does not believe the certificate of api.twilio.com" in sentence


def test_the_variables(exec_: Exec) -> None:
    script = "import json, os; print(json.dumps(dict(os.environ)))"
    before = {"NO_PROXY": "twilio.com,.internal", "NODE_OPTIONS": "--no-warnings"}
    shown = json.loads(exec_.output(*ALONE, script, options=PROXY, environment=before))
    assert shown["HTTPS_PROXY"] == shown["http_proxy"]
    assert shown["HTTPS_PROXY"].startswith("http://trunkline:")
    assert shown["NO_PROXY"] == "localhost,127.0.0.1,::1,.internal"
    assert shown["NODE_OPTIONS"].startswith("--no-warnings --require=")
    assert Path(shown["SSL_CERT_FILE"]).is_absolute()
