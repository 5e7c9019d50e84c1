"""`trunkline exec`: programs that know nothing of Trunkline, unchanged."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import node
from tests.support.executing import Exec
from tests.support.platform import World
from trunkline.redirect.hosts import REDIRECTED

PYTHON = """
import os
from twilio.rest import Client
message = Client().messages.create(
    to="+14155550123", from_=os.environ["TWILIO_PHONE_NUMBER"], body="from Python")
print(message.sid, message.account_sid)
"""
NODE = """
const client = require("twilio")();
client.messages
  .create({ to: "+14155550123", from: process.env.TWILIO_PHONE_NUMBER, body: "from Node.js" })
  .then((message) => console.log(message.sid, message.accountSid));
"""
SHOW_SIGNALS = """
import json, os, signal
print(json.dumps({
    "ignored": [s.name for s in signal.Signals if signal.getsignal(s) is signal.SIG_IGN],
    "blocked": [int(s) for s in signal.pthread_sigmask(signal.SIG_BLOCK, [])],
    "pid": os.getpid(),
}))
"""


@pytest.fixture
def data(short_tmp: Path) -> Path:
    """The data folder of the platform that runs; it has a space in its name."""
    return short_tmp / "acceptance data"


@pytest.fixture
def exec_(platform: World, data: Path) -> Exec:
    """`trunkline exec` for this test's world."""
    return Exec(data, platform.name)


def bodies(platform: World) -> list[str]:
    path = f"/2010-04-01/Accounts/{platform.account_sid}/Messages.json"
    return sorted(message["body"] for message in platform.get(path)["messages"])


def test_a_python_program(exec_: Exec, platform: World) -> None:
    sid, account = exec_.output(sys.executable, "-c", PYTHON).split()
    assert (sid[:2], account) == ("SM", platform.account_sid)
    assert bodies(platform) == ["from Python"]


def test_a_node_program(exec_: Exec, platform: World) -> None:
    sid, account = exec_.output(node.node_binary(), "-e", NODE).split()
    assert (sid[:2], account) == ("SM", platform.account_sid)
    assert bodies(platform) == ["from Node.js"]


@pytest.mark.parametrize("version", node.TWILIO_CLI)
def test_the_twilio_cli_of_somebody_with_real_keys(
    exec_: Exec, platform: World, tmp_path: Path, version: str
) -> None:
    real = {
        "HOME": str(tmp_path),
        "TWILIO_ACCOUNT_SID": "AC" + "f" * 32,
        "TWILIO_AUTH_TOKEN": "real" * 8,
        "TWILIO_API_KEY": "SK" + "f" * 32,
        "TWILIO_API_SECRET": "real" * 8,
        "TWILIO_SKIP_NEW_VERSION_CHECK": "true",
        "TWILIO_DISABLE_AUTOUPDATE": "true",
    }
    listing = [*node.twilio_cli(version), "phone-numbers:list", "-o", "json"]
    listed = json.loads(exec_.output(*listing, environment=real))
    assert sorted(each["phoneNumber"] for each in listed) == sorted(platform.numbers)


def test_a_shell_script_that_runs_both(exec_: Exec, platform: World, tmp_path: Path) -> None:
    (tmp_path / "send.py").write_text(PYTHON)
    (tmp_path / "send.js").write_text(NODE)
    script = tmp_path / "send both.sh"
    script.write_text(f'set -e\n"{sys.executable}" send.py\n"{node.node_binary()}" send.js\n')
    script.chmod(0o700)  # without a first line: a shell reads it, as ever
    assert len(exec_.output(str(script), cwd=tmp_path).splitlines()) == 2
    assert bodies(platform) == ["from Node.js", "from Python"]


def test_two_at_once_in_their_own_worlds(
    exec_: Exec, platform: World, running: World, data: Path
) -> None:
    other = running.control("POST", "/worlds", {"name": f"{platform.name}-other"})["credentials"]
    second = Exec(data, f"{platform.name}-other")
    programs = [each.start(sys.executable, "-c", PYTHON) for each in (exec_, second)]
    accounts = [program.communicate(timeout=60)[0].split()[1] for program in programs]
    assert accounts == [platform.account_sid, other["account_sid"]]


def test_the_program_has_its_environment_and_what_redirects_it(
    exec_: Exec, platform: World, data: Path
) -> None:
    before = {"EMPTY": "", "LINES": "a\nb", "PYTHONPATH": "/lib", "TWILIO_AUTH_TOKEN": "real"}
    shown = exec_.output("env", "-0", environment=before)
    after = dict(each.split("=", 1) for each in shown.split("\0") if each)
    kept = {**exec_.environment, "EMPTY": "", "LINES": "a\nb"}
    assert kept.items() <= after.items()
    assert after["PYTHONPATH"].endswith("/redirect/python:/lib")
    assert after["NODE_OPTIONS"].endswith('/redirect/node/redirect.cjs"')
    url = platform.base_url
    ours = ("TWILIO_", "TRUNKLINE_", "MATON_", "MEMBRANE_")
    assert {name: after[name] for name in after if name.startswith(ours)} == {
        "TRUNKLINE_REDIRECT": " ".join(f"{pattern}={url}" for pattern in REDIRECTED),
        "TRUNKLINE_DATA": str(data),
        "TRUNKLINE_WORLD": platform.name,
        "TWILIO_ACCOUNT_SID": platform.account_sid,
        "TWILIO_AUTH_TOKEN": platform.auth_token,
        "TWILIO_PHONE_NUMBER": platform.numbers[0],
        "MATON_API_KEY": platform.gateway_key,
        "MATON_TELEMETRY": "0",
        "MEMBRANE_TOKEN": platform.gateway_key.replace("tlk_", "pat-"),
    }


def test_this_process_becomes_the_program(exec_: Exec) -> None:
    """Not a process, not a signal, not an open file of ours is left."""
    program = exec_.start(sys.executable, "-c", SHOW_SIGNALS)
    out, err = program.communicate(timeout=60)
    seen = json.loads(out)
    assert (seen["pid"], seen["blocked"], err) == (program.pid, [], "")
    plain = subprocess.run([sys.executable, "-c", SHOW_SIGNALS], capture_output=True, text=True)
    assert seen["ignored"] == json.loads(plain.stdout)["ignored"]


def test_input_and_open_files_are_the_programs(exec_: Exec) -> None:
    reading, writing = os.pipe()
    try:
        script = f"import os; print(input()); os.write({writing}, b'kept')"
        done = exec_(sys.executable, "-c", script, input="typed", pass_fds=[writing])
        os.close(writing)
        assert (done.out, done.err, os.read(reading, 100)) == ("typed\n", "", b"kept")
    finally:
        os.close(reading)


def test_exit_codes_and_signals_are_the_programs(exec_: Exec) -> None:
    assert exec_("sh", "-c", "exit 7").code == 7
    for number in (signal.SIGTERM, signal.SIGPIPE, signal.SIGKILL):
        assert exec_("sh", "-c", f"kill -{number.value} $$").code == -number


def test_a_signal_to_it_is_a_signal_to_the_program(exec_: Exec) -> None:
    waiting = "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(9));"
    program = exec_.start(
        sys.executable, "-c", f"{waiting} print('ready', flush=True); signal.pause()"
    )
    assert program.stdout is not None
    assert program.stdout.readline() == "ready\n"
    program.terminate()
    program.communicate(timeout=60)
    assert program.returncode == 9


def test_exec_within_exec_means_the_inner_world(exec_: Exec, running: World) -> None:
    inner = exec_.command("env")
    inner[inner.index("--world") + 1] = "default"
    shown = exec_.output(*inner).splitlines()
    assert f"TWILIO_ACCOUNT_SID={running.account_sid}" in shown
    [path] = [line for line in shown if line.startswith("PYTHONPATH=")]
    assert ":" not in path
    [options] = [line for line in shown if line.startswith("NODE_OPTIONS=")]
    assert options.count("--require") == 1


def test_trunkline_within_exec_means_the_same_platform_and_world(
    exec_: Exec, platform: World
) -> None:
    known = json.loads(exec_.output(sys.executable, "-m", "trunkline", "credentials", "--json"))
    assert known["account_sid"] == platform.account_sid


@pytest.mark.usefixtures("running")
def test_a_world_that_does_not_exist(data: Path) -> None:
    done = Exec(data, "no-such-world")("sh", "-c", "echo it ran")
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)


@pytest.mark.parametrize("options", [[], ["--proxy"]])
def test_a_platform_that_was_killed_is_no_platform(tmp_path: Path, options: list[str]) -> None:
    (tmp_path / "runtime.json").write_text(
        json.dumps(
            {"base_url": "http://127.0.0.1:9", "control_token": "x", "pid": 1, "started_at": ""}
        )
    )
    done = Exec(tmp_path)("sh", "-c", "echo it ran", options=options)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(f"No Trunkline runs on {tmp_path}: start one with `trunkline up")
    assert done.err.count("\n") == 1


def test_no_home_folder_and_none_named() -> None:
    done = Exec(None)("true", environment={"XDG_DATA_HOME": "~nobody-has-this-name"})
    assert (done.code, done.err.count("\n")) == (1, 1)
    assert "there is no home folder: name one with --data" in done.err


def test_what_would_reach_twilio_itself_is_not_run(exec_: Exec, tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text(f"#!{sys.executable} -I\nprint('it ran')\n")
    script.chmod(0o700)
    for words in ([str(script)], [sys.executable, "-Sc", "print('it ran')"], ["env", "-i", "true"]):
        done = exec_(*words)
        assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)


def test_what_is_redirected_fails_when_the_platform_is_away(exec_: Exec) -> None:
    """The real host is not asked instead."""
    script = (
        "import urllib.request\n"
        "try: urllib.request.urlopen('https://api.twilio.com/')\n"
        "except OSError as error: print(type(error.reason).__name__)\n"
    )
    away = "twilio.com=http://127.0.0.1:9 *.twilio.com=http://127.0.0.1:9"
    words = ["env", f"TRUNKLINE_REDIRECT={away}", sys.executable, "-c", script]
    assert exec_.output(*words) == "ConnectionRefusedError"
