"""Node programs that know nothing of Trunkline, redirected to it as `trunkline exec` does it.

Most ask a server that tells what it was asked; tests/node/redirected has the programs.
"""

from __future__ import annotations

import json
import shutil
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.support import node
from tests.support.certificates import Authority
from tests.support.echo_server import Asked, EchoServer, dead_port, echo_server
from tests.support.node_clients import (
    PRELOAD,
    Finished,
    Platform,
    redirected,
    run_node,
    run_script,
)
from trunkline.redirect.hosts import VARIABLE

SENTENCE = (
    "{} is redirected to Trunkline, which cannot be done for this way of connecting;"
    " run the program with `trunkline exec --proxy`, and let it connect by HTTPS_PROXY"
)
# Nothing listens there. Some versions of Node warn of NODE_USE_ENV_PROXY, redirected or not.
DEAD_PROXIES = dict.fromkeys(
    ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), "http://127.0.0.1:9"
) | {"NO_PROXY": "127.0.0.1", "NODE_USE_ENV_PROXY": "1", "NODE_NO_WARNINGS": "1"}


@dataclass
class Redirected:
    """Runs programs of a folder, with the redirect in their environment."""

    folder: Path
    base_url: str
    more: dict[str, str] = field(default_factory=dict)

    async def run(self, program: str, *arguments: str) -> Finished:
        environment = {**redirected(self.base_url), **self.more}
        return await run_node(str(self.folder / program), *arguments, environment=environment)

    async def told(self, program: str, *arguments: str) -> Any:
        """What it printed; it must have nothing to complain of."""
        finished = await self.run(program, *arguments)
        assert (finished.stderr, finished.code) == ("", 0)
        return finished.json


@pytest.fixture
def server() -> Iterator[EchoServer]:
    """What the programs reach instead of Twilio."""
    with echo_server() as serving:
        yield serving


@pytest.fixture
def other() -> Iterator[EchoServer]:
    """A server that nobody is redirected to."""
    with echo_server() as serving:
        yield serving


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """The programs, where `import` finds what npm has installed."""
    folder = tmp_path / "programs"
    shutil.copytree(node.CLIENTS / "redirected", folder)
    (folder / "node_modules").symlink_to(node.node_modules())
    return folder


@pytest.fixture
def program(programs: Path, server: EchoServer) -> Redirected:
    """Runs a program that reaches `server`."""
    return Redirected(programs, server.url)


def request_of(told: str) -> tuple[str, str, str]:
    """Method, host and path of what was asked."""
    asked = Asked.of(told)
    return asked.method, asked.host, asked.path


ABORTED = 20  # the code of a DOMException "AbortError"
X = ("GET", "api.twilio.com", "/x?y=1")


@pytest.mark.parametrize("proxies", [{}, DEAD_PROXIES], ids=["", "with dead proxies"])
async def test_requests_in_every_form(program: Redirected, proxies: dict[str, str]) -> None:
    program.more = proxies

    told = await program.told("requests.mjs")

    connections = {Asked.of(told["kept alive"]).connection}
    again = told.pop("kept alive again")
    refused = {name: told.pop(name) for name in ("a signal", "another scheme")}
    seen = told.pop("what is seen of it")
    assert {name: request_of(text) for name, text in told.items()} == {
        "text": X,
        "url": X,
        "url and options": ("DELETE", "api.twilio.com", "/x?y=1"),
        "options": X,
        "hostname": ("GET", "API.Twilio.com.", "/x"),
        "port": ("GET", "api.twilio.com:8443", "/x"),
        "plain http": ("GET", "twilio.com", "/x"),
        "plain http by a module": ("GET", "twilio.com:8080", "/x"),
        "auth": X,
        "auth of the url": ("GET", "api.twilio.com", "/x"),
        "own host": ("GET", "own.example", "/x?y=1"),
        "without host": ("GET", "", "/x?y=1"),
        "no agent": X,
        "own connection": X,
        "kept alive": X,
        "body": ("POST", "api.twilio.com", "/x?y=1"),
    }
    for name in ("auth", "auth of the url"):
        assert Asked.of(told[name]).headers["authorization"] == "Basic dXNlcjpzZWNyZXQ="
    assert Asked.of(told["url and options"]).headers["x-own"] == "yes"
    assert Asked.of(told["no agent"]).headers["connection"] == "close"
    assert Asked.of(told["own connection"]).headers["connection"] == "close"
    assert Asked.of(told["body"]).body == "in two parts"
    # The program's own agent holds the connection, and uses it again.
    assert ({Asked.of(again["answer"]).connection}, again["free"]) == (connections, 1)
    assert seen == {
        "authorized": True,
        "encrypted": True,
        "protocol": "https:",
        "host": "api.twilio.com",
        "path": "/x?y=1",
    }
    assert refused["a signal"]["code"] == ABORTED
    assert refused["another scheme"]["code"] == "ERR_INVALID_PROTOCOL"


@pytest.mark.parametrize("proxies", [{}, DEAD_PROXIES], ids=["", "and of the environment"])
async def test_proxies_are_not_asked(
    program: Redirected, other: EchoServer, proxies: dict[str, str]
) -> None:
    program.more = proxies

    told = await program.told("proxies.cjs", other.url)

    tunnel = told.pop("tunnel")
    assert {request_of(text) for text in told.values()} == {("GET", "api.twilio.com", "/x")}
    assert len(told) == 7
    assert "proxy-authorization" not in Asked.of(told["first line"]).headers
    assert tunnel["error"] == SENTENCE.format("api.twilio.com")
    assert other.asked == []


@pytest.mark.parametrize("proxies", [{}, DEAD_PROXIES], ids=["", "with dead proxies"])
async def test_fetch(program: Redirected, other: EchoServer, proxies: dict[str, str]) -> None:
    program.more = proxies

    told = await program.told("fetches.mjs", other.url)

    fetched = {name: answer for name, answer in told.items() if "url" in answer}
    assert {
        name: (answer["url"], answer["redirected"], request_of(answer["text"]))
        for name, answer in fetched.items()
    } == {
        "text": ("https://api.twilio.com/x?y=1", False, X),
        "url": ("https://api.twilio.com/x?y=1", False, X),
        "request": ("https://api.twilio.com/x?y=1", False, ("DELETE", *X[1:])),
        "plain http": ("http://twilio.com/x", False, ("GET", "twilio.com", "/x")),
        "port": (
            "https://api.twilio.com:8443/x",
            False,
            ("GET", "api.twilio.com:8443", "/x"),
        ),
        "form": ("https://api.twilio.com/x?y=1", False, ("POST", *X[1:])),
        "form data": ("https://api.twilio.com/x?y=1", False, ("POST", *X[1:])),
        "stream": ("https://api.twilio.com/x?y=1", False, ("POST", *X[1:])),
        "redirect": ("https://video.twilio.com/y", True, ("GET", "video.twilio.com", "/y")),
        "redirect to twilio": ("https://api.twilio.com/x?y=1", True, X),
        "redirect elsewhere": (
            f"{other.url}/z",
            True,
            ("GET", f"127.0.0.1:{other.port}", "/z"),
        ),
        "elsewhere": (f"{other.url}/z", False, ("GET", f"127.0.0.1:{other.port}", "/z")),
    }
    assert Asked.of(fetched["form"]["text"]).body == "Body=Gr%C3%BC%C3%9Fe"
    assert 'name="Body"\r\n\r\nhello' in Asked.of(fetched["form data"]["text"]).body
    assert Asked.of(fetched["stream"]["text"]).body == "in parts"
    assert told["signal"]["code"] == ABORTED


async def test_undici_of_npm(program: Redirected) -> None:
    told = await program.told("packages.mjs")

    assert told.pop("mock") == "of the program's own"
    assert request_of(told.pop("plain http")) == ("GET", "twilio.com", "/x")
    assert [request_of(text) for text in told.pop("proxies of the environment")] == [X, X, X]
    assert {name: request_of(text) for name, text in told.items()} == dict.fromkeys(told, X)
    assert len(told) == 7


async def test_what_cannot_be_redirected_is_refused(
    program: Redirected, server: EchoServer, other: EchoServer, tmp_path: Path
) -> None:
    """Whatever is not refused here is told apart: this test's programs cannot leave the machine,
    which has a sentence of its own."""
    copy = tmp_path / "another name"
    shutil.copytree(node.node_modules() / "undici", copy)

    told = await program.told("refused.mjs", other.url, str(copy))

    http2 = told.pop("http2")
    resolver = told.pop("resolver")
    assert {json.dumps(refusal) for refusal in told.values()} == {
        json.dumps({"error": SENTENCE.format("api.twilio.com"), "code": "ERR_TRUNKLINE_REDIRECT"})
    }
    assert len(told) == 11
    assert (
        http2["error"]
        == "api.twilio.com is redirected to Trunkline, which speaks HTTP/1.1 and not HTTP/2"
    )
    assert resolver["error"] == SENTENCE.format("TWILIO.com")
    assert (server.asked, other.asked) == ([], [])


async def test_other_hosts_are_left_alone(
    program: Redirected, server: EchoServer, tmp_path: Path
) -> None:
    authority = Authority(tmp_path)
    [certificate] = authority.trusting().get_ca_certs(binary_form=True)
    (tmp_path / "authority.pem").write_text(ssl.DER_cert_to_PEM_cert(certificate))
    program.more["NODE_EXTRA_CA_CERTS"] = str(tmp_path / "authority.pem")
    with echo_server() as plain, echo_server(authority.serving("127.0.0.1")) as secure:
        told = await program.told("others.mjs", plain.url, secure.url)

    assert request_of(told["http"]) == ("GET", "api.twilio.com", "/x")
    assert Asked.of(told["http"]).server == plain.port
    assert Asked.of(told["https"]).server == Asked.of(told["fetch"]).server == secure.port
    assert told["tls"] == "true"
    assert told["certificate"]["code"] == "ERR_TLS_CERT_ALTNAME_INVALID"
    assert told["a local socket"]["code"] == "ENOENT"
    mocked = Asked.of(told["an agent that answers for the host"])
    assert (mocked.server, mocked.host) == (plain.port, "api.twilio.com")
    assert told["names"] in ("127.0.0.1", "::1")
    assert told["almost twilio"]["error"] == "a test may not reach api.twilio.com.example"
    assert told["almost twilio too"]["error"] == "a test may not reach nottwilio.com"
    assert server.asked == []


async def test_threads_and_child_processes(program: Redirected, server: EchoServer) -> None:
    told = await program.told("threads.cjs")

    assert {name: request_of(text) for name, text in told.items()} == dict.fromkeys(
        (
            "worker",
            "worker with an environment of its own",
            "worker with options of its own",
            "child",
        ),
        ("GET", "api.twilio.com", "/x"),
    )
    assert len(server.asked) == 4


async def test_a_preload_whose_path_has_spaces(
    programs: Path, server: EchoServer, tmp_path: Path
) -> None:
    folder = tmp_path / 'a folder "of" mine'
    shutil.copytree(PRELOAD.parent, folder)
    environment = redirected(server.url, preload=folder / PRELOAD.name)

    finished = await run_node(str(programs / "threads.cjs"), environment=environment)

    assert (finished.stderr, finished.code) == ("", 0)
    assert len(server.asked) == 4


async def test_without_a_platform(programs: Path) -> None:
    with dead_port() as port:
        account = {"TWILIO_ACCOUNT_SID": f"AC{'0' * 32}", "TWILIO_AUTH_TOKEN": "0" * 32}
        program = Redirected(programs, f"http://127.0.0.1:{port}", account)
        requests = await program.told("requests.mjs")
        twilio = await program.run("messages.mjs", "+14155550100", "+14155550123")

    assert requests["text"]["code"] == requests["plain http"]["code"] == "ECONNREFUSED"
    assert twilio.code == 1
    assert f"connect ECONNREFUSED 127.0.0.1:{port}" in twilio.stderr


async def test_timeouts_and_signals(programs: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        program = Redirected(programs, f"http://127.0.0.1:{silent.getsockname()[1]}")
        told = await program.told("timeouts.mjs")

    assert [told["timeout"]["error"], told["timeout of an agent"]["error"]] == ["timed out"] * 2
    assert told["signal"]["error"] == told["fetch"]["error"]
    assert told["fetch"]["error"] == "The operation was aborted due to timeout"


@pytest.mark.parametrize("proxies", [{}, DEAD_PROXIES], ids=["", "with dead proxies"])
async def test_twilio_node(programs: Path, platform: Platform, proxies: dict[str, str]) -> None:
    credentials = {
        "TWILIO_ACCOUNT_SID": platform.account_sid,
        "TWILIO_AUTH_TOKEN": platform.auth_token,
    }
    program = Redirected(programs, platform.base_url, credentials | proxies)

    told = await program.told("messages.mjs", platform.numbers[0], "+14155550123")

    assert told == {"body": "from an ESM program", "to": "+14155550123", "alerts": 0}


async def test_twilio_node_required(platform: Platform) -> None:
    seen = await run_script(platform, "numbers.js", redirect=True)

    assert sorted(seen["owned"]) == sorted(platform.numbers)


ROUTES = "twilio.com=http://127.0.0.1:8080 *.Twilio.com.=http://[::1]:81/\t *.a.b=http://x"
FOUND = {
    "twilio.com": ("127.0.0.1", 8080),
    "TWILIO.com.": ("127.0.0.1", 8080),
    "api.twilio.com": ("::1", 81),
    "chunderw-vpc-gll.ashburn.us1.twilio.com..": ("::1", 81),
    "nottwilio.com": None,
    ".twilio.com": None,
    "twilio.com.example": None,
    "b": None,
    "a.b": None,
    "c.a.b": ("x", 80),
    "bücher.a.b": ("x", 80),
    "": None,
    "127.0.0.1": None,
}


async def test_routes() -> None:
    script = f"""
        const {{ Routes }} = require({json.dumps(str(PRELOAD.parent / "routes.cjs"))});
        const routes = new Routes({json.dumps(ROUTES)});
        const found = {json.dumps(list(FOUND))}.map((host) => routes.find(host) || null);
        const nobody = [undefined, null, 1, {{}}].every((host) => routes.find(host) === undefined);
        console.log(JSON.stringify({{ found, nobody }}));
    """

    told = (await run_node("-e", script)).json

    found = [each and (each["host"], each["port"]) for each in told["found"]]
    assert dict(zip(FOUND, found, strict=True)) == FOUND
    assert told["nobody"] is True


@pytest.mark.parametrize(
    "part",
    [
        "twilio.com",
        "twilio.com=",
        "=http://127.0.0.1:80",
        "*.=http://127.0.0.1:80",
        "a.*=http://127.0.0.1:80",
        "twilio.com=https://127.0.0.1:80",
        "twilio.com=http://127.0.0.1:80/path",
        "twilio.com=http://user@127.0.0.1:80",
        "twilio.com=http://127.0.0.1:65536",
        "twilio.com=http://127.0.0.1:0",
        "twilio.com=http://127.0.0.1:",
        "twilio.com=http://::1:80",
        "twilio.com=http://",
    ],
)
async def test_a_program_with_a_broken_redirect_does_not_run(part: str) -> None:
    environment = redirected("http://127.0.0.1:80") | {VARIABLE: f"a.b=http://127.0.0.1:80 {part}"}

    finished = await run_node("-e", "console.log('ran')", environment=environment)

    assert (finished.code, finished.stdout) == (2, "")
    assert finished.stderr == (
        f"TRUNKLINE_REDIRECT has a part that is no HOST=http://HOST:PORT: {part}."
        " Let `trunkline exec` set it.\n"
    )


@pytest.mark.parametrize("text", [None, "", "  "])
async def test_without_the_variable_nothing_changes(text: str | None) -> None:
    environment = redirected("http://127.0.0.1:80")
    del environment[VARIABLE]
    if text is not None:
        environment[VARIABLE] = text
    script = "console.log(Object.keys(require.cache).map((path) => path.split('/').at(-1)).join())"

    finished = await run_node("-e", script, environment=environment)

    assert (finished.code, finished.stderr) == (0, "")
    assert finished.stdout == "loopback_only.cjs,redirect.cjs\n"
