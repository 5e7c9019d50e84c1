"""`trunkline numbers` beside Twilio's library."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from twilio.rest import Client

from tests.support.app_server import CustomerApp
from tests.support.platform import World
from tests.support.terminal import Typist, terminal

PHONE = "+14155550123"
BERLIN = "+493012345678"


def owned(client: Client) -> set[str]:
    return {str(number.phone_number) for number in client.incoming_phone_numbers.list()}


def test_the_list_is_the_accounts(platform: World, client: Client, typing: Typist) -> None:
    lines = typing("numbers").stdout.splitlines()[1:]
    assert {line.split()[0] for line in lines} == owned(client) == set(platform.numbers)
    found = json.loads(typing("numbers", "list", "--json", "--contains", "+1415").stdout)
    assert [number["phone_number"] for number in found["numbers"]] == ["+14155550100"]


def test_numbers_are_bought_changed_and_released(client: Client, typing: Typist) -> None:
    done = typing("numbers", "buy", "+14155550142", "--sms-url", "https://app.example/sms")
    number, sid = done.stdout.split()
    assert client.incoming_phone_numbers(sid).fetch().sms_url == "https://app.example/sms"
    done = typing("numbers", "buy", "+14155550142")
    assert (done.returncode, done.stdout) == (1, "")
    assert "(error 21422)" in done.stderr
    any_number, _ = typing("numbers", "buy", "--area-code", "206").stdout.split()
    assert any_number.startswith("+1206")
    free, _ = typing("numbers", "buy", "--type", "toll-free", "--contains", "TAXI").stdout.split()
    assert "8294" in free
    assert typing("numbers", "set", number, "--sms-url", "", "--friendly-name", "Büro").stderr == ""
    changed = client.incoming_phone_numbers(sid).fetch()
    assert (changed.sms_url, changed.friendly_name) == ("", "Büro")
    assert "Büro" in typing("numbers", "show", sid).stdout
    assert typing("numbers", "release", number, free, "--yes").returncode == 0
    assert owned(client) & {number, free, any_number} == {any_number}


def test_a_terminal_is_asked_before_a_number_is_released(client: Client, typing: Typist) -> None:
    command = typing.command("numbers", "release", "+14155550100")
    with terminal(command, typing.environment) as asked:
        asked.until("Release +14155550100? [y/N]: ")
        asked.type("n\n")
        asked.until("Nothing was released.")
        assert asked.ended() == 1
    assert "+14155550100" in owned(client)
    with terminal(command, typing.environment) as asked:
        asked.until("[y/N]: ")
        asked.type("y\n")
        asked.until("+14155550100 is released.")
        assert asked.ended() == 0
    assert "+14155550100" not in owned(client)


def test_an_imported_number_sends_and_receives(
    platform: World, client: Client, app: CustomerApp, typing: Typist
) -> None:
    url = app.url("/sms")
    done = typing("numbers", "import", BERLIN, "--sms-url", url, "--friendly-name", "Berlin")
    assert (done.returncode, done.stdout.split()[:2]) == (0, [BERLIN, "imported"])
    sent = client.messages.create(to=PHONE, from_=BERLIN, body="Hallo")
    platform.control("POST", "/clock/advance", {"by": 0})
    assert client.messages(sent.sid).fetch().status == "delivered"
    typing("phone", PHONE, "send", BERLIN, "Guten Tag")
    (asked,) = app.expect(1, "/sms")
    assert (asked["To"], asked["ToCountry"], asked["Body"]) == (BERLIN, "DE", "Guten Tag")


FILE = f"""number,friendly_name,capabilities
{BERLIN},Berlin,
+4930,Too short,
+14155550100,Ours already,
+442071838750,London,voice
"""


def test_a_file_is_imported_and_can_be_again(
    client: Client, typing: Typist, tmp_path: Path
) -> None:
    path = tmp_path / "numbers.csv"
    path.write_text(FILE)
    for expected in ("2 imported, 1 owned already, 1 refused", "0 imported, 3 owned already, 1 "):
        done = typing("numbers", "import", "--csv", str(path))
        assert done.returncode == 1
        assert done.stdout.splitlines()[-1].startswith(expected)
        (told,) = done.stderr.splitlines()
        assert told.startswith("line 3: '+4930' is no number in E.164")
    assert {BERLIN, "+442071838750"} < owned(client)
    (london,) = client.incoming_phone_numbers.list(phone_number="+442071838750")
    assert london.capabilities == {"voice": True, "sms": False, "mms": False, "fax": False}


def test_what_a_subaccount_has_is_refused(client: Client, typing: Typist) -> None:
    typing("numbers", "import", BERLIN)
    (number,) = client.incoming_phone_numbers.list(phone_number=BERLIN)
    number.update(account_sid=client.api.accounts.create().sid)
    done = typing("numbers", "import", BERLIN, "--json")
    assert done.returncode == 1
    (refused,) = json.loads(done.stdout)["refused"]
    assert (refused["number"], refused["code"]) == (BERLIN, "number_taken")


def test_many_numbers_of_a_pipe(client: Client, typing: Typist) -> None:
    numbers = [f"+4930{n}" for n in range(12_000_000, 12_000_300)]
    done = typing("numbers", "import", "--csv", "-", typed="\n".join(["number", *numbers]))
    assert isinstance(done, subprocess.CompletedProcess)
    assert done.stdout.splitlines()[-1] == "300 imported, 0 owned already, 0 refused"
    assert set(numbers) < owned(client)
