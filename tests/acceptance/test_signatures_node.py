"""What we sign is accepted by the validators of twilio-node as it comes from npm.

Not asked for, because twilio-node differs from twilio-python there: it sorts by UTF-16 code units,
which is another order where characters beyond U+FFFF meet some of U+E000 to U+FFFF.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support import node
from trunkline.webhooks.form import with_query
from trunkline.webhooks.signature import sign, with_body_digest
from trunkline.webhooks.target import read_target

TOKEN = "12345678901234567890123456789012"
Pairs = list[tuple[str, str]]

URLS = [
    "http://example.com",
    "https://example.com?a=1&b",
    "https://example.com/x?",
    "https://example.com/x?a=1&",
    "http://example.com:80/x",
    "https://example.com:443/x",
    "https://example.com:8443/x?a=1",
    "http://example.com:443/x",
    "HTTPS://Example.COM/X",
    "http://localhost:3000/sms",
    "http://my_app:3000/sms",
    "http://127.1/x",
    "http://[::1]:8080/x",
    "http://[2001:DB8:0::1]/x",
    "https://bücher.example/x",
    "https://straße.example/x",
    "https://user:p%40ss@example.com/x#rc=2&rp=5xx",
    "https://example.com/a/../b/./c/%2e%2e/d",
    "https://example.com//a//",
    "https://example.com/é/%7e%2F%c3%a9/a;b=c/!$&'()*+,:@",
    'https://example.com/a b"<>\\^`{|}?c d"<>\\^`{|}é👋',
    "https://example.com/x?a[]=1&a[]=2&q=%zz&r=%",
    "https://example.com/x?q=it%27s+%2B%20%7E~",
]
FORMS: list[Pairs] = [
    [],
    [("Body", "")],
    [("To", "+14155550100"), ("Body", "Grüße 👋\n& 1+1=2? 100%"), ("FromCity", "")],
    [("b", "1"), ("B", "2"), ("a", "3"), ("Aa", "4"), ("A", "5"), ("é", "6"), ("_", "7")],
    [("Tag", "b"), ("Tag", "a"), ("Tag", "b"), ("Tag", ""), ("Tag", "é"), ("Tag", "B")],
    [("Body", "😀"), ("ProfileName", "日本 \u200d\u202e"), ("Empty", "")],
]
BODIES = ["{}", "", '{"text": "Grüße 👋", "n": 1.0}', "[1,\n 2]"]


def form_post(url: str, form: Pairs) -> dict[str, Any]:
    """A form as Express's urlencoded parser hands it on: several values are a list."""
    parameters: dict[str, Any] = {}
    for name, value in form:
        if name in parameters:
            known = parameters[name]
            parameters[name] = [*(known if isinstance(known, list) else [known]), value]
        else:
            parameters[name] = value
    return {"url": url, "signature": sign(TOKEN, url, form), "parameters": parameters}


def get(url: str, form: Pairs) -> dict[str, Any]:
    url = with_query(url, form)
    return {"url": url, "signature": sign(TOKEN, url, ()), "parameters": {}}


def json_post(url: str, body: str) -> dict[str, Any]:
    url = with_body_digest(url, body.encode())
    return {"url": url, "signature": sign(TOKEN, url, ()), "body": body}


def random_forms(count: int) -> list[Pairs]:
    """Forms of names that often meet, and of values of any characters up to U+D7FF."""
    chosen = random.Random(3)

    def text() -> str:
        most = chosen.choice([0x7F, 0xFF, 0xD7FF])
        return "".join(chr(chosen.randint(0, most)) for _ in range(chosen.randint(0, 12)))

    names = ["Body", "body", "From", "To", "MediaUrl0", "é", "ü"]
    return [
        [(chosen.choice(names), text()) for _ in range(chosen.randint(0, 8))] for _ in range(count)
    ]


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What twilio-node says of every request: one process for all of them."""
    urls = [read_target(url).url for url in URLS]
    requests = [
        *(form_post(url, form) for url in urls for form in FORMS),
        *(get(url, form) for url in urls for form in FORMS),
        *(json_post(url, body) for url in urls for body in BODIES if body),
        *(form_post(urls[0], form) for form in random_forms(200)),
        *(get(urls[0], form) for form in random_forms(200)),
    ]
    file = tmp_path_factory.mktemp("signatures") / "requests.json"
    file.write_text(json.dumps([{"token": TOKEN, **request} for request in requests]))
    return run(file)


def run(file: Path) -> list[dict[str, Any]]:
    done = subprocess.run(
        [node.node_binary(), str(node.CLIENTS / "signatures.js"), str(file)],
        env={"PATH": os.environ["PATH"], "NODE_PATH": str(node.node_modules())},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    judged: list[dict[str, Any]] = json.loads(done.stdout)
    return judged


def test_every_request_is_accepted(judged: list[dict[str, Any]]) -> None:
    assert len(judged) > 600
    assert [one["url"] for one in judged if not one["accepted"]] == []


def test_every_request_is_accepted_in_express(judged: list[dict[str, Any]]) -> None:
    assert [one["url"] for one in judged if not one["acceptedByExpress"]] == []


def test_a_forged_signature_is_never_accepted(judged: list[dict[str, Any]]) -> None:
    assert [one["url"] for one in judged if one["forgedAccepted"]] == []
