"""`trunkline demo`, typed as a user types it: everything once, and nothing left behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import node
from tests.support.audio import Sound

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


def test_the_calls_leave_what_was_heard(tmp_path: Path) -> None:
    kept = tmp_path / "to listen to"
    done = subprocess.run(
        [sys.executable, "-m", "trunkline", "demo", "--voice", "--json", "--save", str(kept)],
        env=CLEAN | {"TMPDIR": str(tmp_path), "PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    menu, forwarded, message = json.loads(done.stdout)
    assert [(call["status"], call["keys"]) for call in (menu, forwarded, message)] == [
        ("completed", "2"),
        ("completed", "1"),
        ("completed", "1"),
    ]
    assert [call["forwarded"] for call in (menu, forwarded, message)] == [None, "completed", "busy"]
    assert message["verbs"] == ["Gather", "Dial", "Say", "Record", "Say"]
    sounds = {}
    for each in menu["files"] + forwarded["files"] + message["files"]:
        path = Path(each["path"])
        assert path.parent == kept
        sounds[path.stem] = Sound.read(path)
        assert sounds[path.stem].seconds == pytest.approx(each["seconds"], abs=0.01)
    assert sounds.keys() == {
        "1-menu-heard-by-caller",
        "2-forwarded-heard-by-caller",
        "2-forwarded-heard-by-ann",
        "2-forwarded-recording",
        "3-voicemail-heard-by-caller",
        "3-voicemail-recording",
    }
    assert all(sound.speech_seconds > 0.8 for sound in sounds.values())
    caller, ann = sounds["2-forwarded-heard-by-caller"], sounds["2-forwarded-heard-by-ann"]
    both = sounds["2-forwarded-recording"]
    # They talk in turn: Ann, the caller, Ann.
    assert caller.tones_at(440, 480)
    asked, (first, second) = both.channel(0).speech, both.channel(1).speech
    assert [first.end <= each.at and each.end <= second.at for each in asked] == [True]
    assert ann.find(both.channel(0).between(asked[0].at, asked[0].end)).likeness > 0.98
    assert caller.find(both.channel(1).between(second.at, second.end)).likeness > 0.98
    heard, left = sounds["3-voicemail-heard-by-caller"], sounds["3-voicemail-recording"]
    assert len(heard.tones_at(1000)) == 1
    assert (left.tones, left.channels) == ([], 1)
    assert list(tmp_path.iterdir()) == [kept]


def test_calls_are_only_saved_where_there_are_calls(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "trunkline", "demo", "--save", str(tmp_path / "none")],
        env=CLEAN,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert done.stderr == "Only calls leave something to save: say --voice, too.\n"
    assert list(tmp_path.iterdir()) == []
