"""`trunkline consents`, typed against a real platform."""

from __future__ import annotations

from pathlib import Path

from twilio.rest import Client

from tests.support.python_client import refused
from tests.support.terminal import Typist

PHONE, OTHER_PHONE, LOCAL = "+15558675309", "+15551234567", "+14155550100"
BLOCKED = (400, 21610, "Attempt to send to unsubscribed recipient")


def test_a_list_goes_in_and_out(client: Client, typing: Typist, tmp_path: Path) -> None:
    file, out, again = tmp_path / "list.csv", tmp_path / "out.csv", tmp_path / "again.csv"
    file.write_text(
        "sender,recipient,status,source\n"
        f"{LOCAL},{PHONE},opt-out,website\n"
        f"{LOCAL},nobody,opt-out,website\n"
        f"{LOCAL},{OTHER_PHONE},opt-in,offline\n"
    )
    done = typing("consents", "import", str(file), "--atomic")
    assert done.returncode == 1
    assert done.stderr == ("line 3: recipient is no number in E.164.\nNothing is imported.\n")
    done = typing("consents", "import", str(file))
    assert (done.returncode, done.stdout) == (1, "2 imported, 0 known already, 1 refused\n")
    with refused(*BLOCKED):
        client.messages.create(to=PHONE, from_=LOCAL, body="hello")

    _, first, second = typing("consents").stdout.splitlines()
    assert first.split()[:5] == [LOCAL, OTHER_PHONE, "allowed", "import", "offline"]
    assert second.split()[:5] == [LOCAL, PHONE, "blocked", "import", "website"]
    assert typing("consents", "export", str(out)).stdout == f"2 consents are in {out}.\n"
    done = typing("consents", "import", str(out))
    assert done.stdout == "0 imported, 2 known already, 0 refused\n"
    typing("consents", "export", str(again))
    assert again.read_text() == out.read_text()


def test_somebody_is_blocked_and_allowed(client: Client, typing: Typist) -> None:
    options = (PHONE, "--sender", LOCAL, "--source", "others", "--ip", "203.0.113.7")
    assert typing("consents", "block", *options).stdout == f"{PHONE} is blocked for {LOCAL}.\n"
    with refused(*BLOCKED):
        client.messages.create(to=PHONE, from_=LOCAL, body="hello")
    assert "is already blocked" in typing("consents", "block", *options).stdout
    assert typing("consents", "allow", *options).stdout == f"{PHONE} is allowed for {LOCAL}.\n"
    client.messages.create(to=PHONE, from_=LOCAL, body="hello")
    done = typing("consents", "block", "5", "--sender", LOCAL)
    assert (done.returncode, done.stderr) == (1, "recipient is no number in E.164.\n")
