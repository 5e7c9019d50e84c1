"""`trunkline demo`, typed as a user types it: everything once, and nothing left behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.support import node

CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("TRUNKLINE_")}


def test_the_demonstration_shows_every_outcome(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "trunkline", "demo", "--json"],
        env=CLEAN
        | {
            "TMPDIR": str(tmp_path),
            "NODE_PATH": str(node.node_modules()),
            "PATH": f"{Path(node.node_binary()).parent}{os.pathsep}{os.environ['PATH']}",
        },
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    shown = json.loads(done.stdout)
    conversations = shown[6:]
    assert [entry["status"] for entry in shown[:6]] == [
        "delivered",
        "delivered",
        "undelivered",
        "failed",
        "delivered",
        None,
    ]
    assert shown[4]["note"] == "answered: On my way."
    assert shown[5]["note"].startswith("refused: 21610")
    assert [entry["title"] for entry in conversations] == [
        "A conversation with an app: FastAPI (examples/fastapi_sms)",
        "A conversation with an app: Express (examples/express_sms)",
    ]
    for entry in conversations:
        assert entry["note"] == "the app answered: Received. Somebody will write to you soon."
        assert [(r["url"], r["told"], r["status"]) for r in entry["requests"]] == [
            ("https://api.example.com/twilio/status", "sent", 204),
            ("https://api.example.com/twilio/status", "delivered", 204),
            ("https://api.example.com/twilio/inbound", None, 200),
        ]
        assert all(r["tries"][0]["signature"] for r in entry["requests"])
    assert list(tmp_path.iterdir()) == []


def test_the_demonstration_prints_what_was_signed(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "trunkline", "demo"],
        env=CLEAN | {"TMPDIR": str(tmp_path), "PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "A conversation with an app: FastAPI (examples/fastapi_sms)" in done.stdout
    assert "There is no conversation with Express: Node.js is not on PATH.\n" in done.stdout
    assert done.stdout.count("X-Twilio-Signature: ") >= 3
    assert "MessageStatus=delivered" in done.stdout
    assert "<Response><Message>Received." in done.stdout
