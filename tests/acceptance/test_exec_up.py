"""`trunkline exec --up`: a platform for as long as the program runs, and nothing of it afterwards.

What it does with signals is the same with --proxy, which starts faster: test_exec_below.py.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from pathlib import Path

from tests.support.executing import Exec
from tests.support.platform import World
from tests.support.waiting import eventually

UP = ["--up"]
SEND = """
import os
from twilio.rest import Client
client = Client()
client.messages.create(to="+14155550123", from_=os.environ["TWILIO_PHONE_NUMBER"], body="Hello")
print(os.environ["TRUNKLINE_DATA"])
print(client.account_sid, len(client.messages.list()))
"""


def processes_that_name(text: str) -> list[str]:
    """Command lines and environments with this in them."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                known = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
            except OSError:
                continue
            if text.encode() in known:
                found.append(known.replace(b"\0", b" ").decode(errors="replace"))
    return found


def test_without_a_folder_everything_is_gone_in_the_end(tmp_path: Path) -> None:
    homeless = {"XDG_DATA_HOME": "~nobody-has-this-name", "TMPDIR": str(tmp_path)}
    one = Exec(None, "ci-1").start(sys.executable, "-c", SEND, options=UP, environment=homeless)
    other = Exec(None).start(sys.executable, "-c", SEND, options=UP, environment=homeless)
    outputs = [program.communicate(timeout=120) for program in (one, other)]
    assert [err for _, err in outputs] == ["", ""]
    (folder, account, count), (other_folder, other_account, other_count) = (
        out.split() for out, _ in outputs
    )
    assert count == other_count == "1"
    assert (folder != other_folder, account != other_account) == (True, True)
    assert list(tmp_path.iterdir()) == []
    assert processes_that_name(str(tmp_path)) == []


def test_a_named_folder_is_kept(tmp_path: Path) -> None:
    data = tmp_path / "my data"
    ran = [Exec(data).output(sys.executable, "-c", SEND, options=UP).splitlines() for _ in "12"]
    assert ran[0][0] == ran[1][0] == str(data)
    account = ran[0][1].split()[0]
    assert [lines[1] for lines in ran] == [f"{account} 1", f"{account} 2"]
    assert processes_that_name(str(data)) == []
    assert not (data / "runtime.json").exists()


def test_a_platform_that_runs_is_used_and_goes_on(
    running: World, platform: World, short_tmp: Path
) -> None:
    exec_ = Exec(short_tmp / "acceptance data", platform.name)
    assert exec_.output("sh", "-c", "echo $TWILIO_ACCOUNT_SID", options=UP) == platform.account_sid
    assert running.control("GET", "/clock")


def test_nothing_is_started_for_a_program_that_does_not_exist(tmp_path: Path) -> None:
    done = Exec(tmp_path / "data")("no-such-program", options=UP)
    assert (done.code, done.out) == (127, "")
    assert not (tmp_path / "data").exists()


def test_a_folder_that_cannot_be_used_is_told_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = Exec(tmp_path / "file")("true", options=UP)
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)


def test_real_credentials_reach_nobody_else(tmp_path: Path) -> None:
    """But for `trunkline exec` itself, whose environment they are in."""
    secret = f"real-{os.getpid()}-{tmp_path.name}"
    script = (
        "import os, pathlib\n"
        "for each in pathlib.Path('/proc').glob('[0-9]*/environ'):\n"
        "    try: known = each.read_bytes()\n"
        "    except OSError: continue\n"
        f"    if {secret.encode()!r} in known: print(each.parent.name)\n"
    )
    started = Exec(None).start(
        sys.executable, "-c", script, options=["--up", "--proxy"],
        environment={"TMPDIR": str(tmp_path), "XDG_DATA_HOME": "~nobody-has-this-name",
                     "TWILIO_AUTH_TOKEN": secret, "TWILIO_API_SECRET": secret},
    )  # fmt: skip
    out, err = started.communicate(timeout=120)
    assert (out.split(), err) == ([str(started.pid)], "")


async def test_even_killed_it_leaves_nothing(tmp_path: Path) -> None:
    """The platform, its folder, and the program, which is asked to end."""
    script = "import json, os, signal; print(json.dumps(os.getpid()), flush=True); signal.pause()"
    exec_ = Exec(None).start(
        sys.executable, "-c", script,
        options=["--up", "--proxy"], environment={"TMPDIR": str(tmp_path)},
    )  # fmt: skip
    assert exec_.stdout is not None
    program = json.loads(await asyncio.to_thread(exec_.stdout.readline))
    assert len(os.listdir(tmp_path)) == 2
    try:
        exec_.kill()
        await asyncio.to_thread(exec_.wait)
        await eventually(lambda: not os.listdir(tmp_path))
        await eventually(lambda: not processes_that_name(str(tmp_path)))
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(program, signal.SIGKILL)
        exec_.communicate()
