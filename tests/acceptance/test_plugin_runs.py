"""The plugin in runs of pytest: what it starts, shares, costs and leaves behind."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.support.platform import RunningPlatform
from tests.support.pytest_runs import command, environment, run_pytest, write_files
from tests.support.waiting import eventually

PATIENCE = 60.0  # seconds
NOTE = """
    import json, os
    from pathlib import Path

    import pytest

    def note(trunkline, name):
        platform = {
            "base_url": trunkline.base_url,
            "account_sid": trunkline.account_sid,
            "worker": os.getpid(),
        }
        Path(name).write_text(json.dumps(platform))
"""


@pytest.fixture
def data(running: object, short_tmp: Path) -> str:
    """The data folder of the platform that runs."""
    assert running is not None
    return str(short_tmp / "acceptance data")


@pytest.fixture
def temporary(short_tmp: Path) -> Path:
    """A folder for what a run leaves, with a short name: sockets are in it."""
    folder = short_tmp / f"t{time.monotonic_ns()}"
    folder.mkdir()
    return folder


# --- starting and sharing -------------------------------------------------------------------


def test_one_platform_serves_a_run_and_ends_with_it(tmp_path: Path, temporary: Path) -> None:
    done = run_pytest(
        tmp_path,
        {
            "notes.py": NOTE,
            "test_two.py": """
                from notes import note

                def test_one(trunkline):
                    note(trunkline, "1.json")

                def test_two(trunkline):
                    note(trunkline, "2.json")
            """,
        },
        variables={"TMPDIR": str(temporary)},
    )
    assert done.summary == "2 passed", done.text
    one, two = _notes(tmp_path)
    assert one["base_url"] == two["base_url"]
    assert one["account_sid"] != two["account_sid"]
    assert _left(temporary) == []


def test_workers_share_one_platform(tmp_path: Path, temporary: Path) -> None:
    done = run_pytest(
        tmp_path,
        {
            "notes.py": NOTE,
            "test_eight.py": """
                from notes import note, pytest

                @pytest.mark.parametrize("n", range(8))
                def test_each(trunkline, n):
                    phone = trunkline.phone("+14155550123")
                    trunkline.client.messages.create(
                        to=phone.number, from_=trunkline.number, body=str(n)
                    )
                    phone.expects(str(n))
                    assert len(phone.inbox) == 1
                    note(trunkline, f"{n}.json")
            """,
        },
        "-n",
        "2",
        variables={"TMPDIR": str(temporary)},
    )
    assert done.summary == "8 passed", done.text
    notes = _notes(tmp_path)
    assert len({note["worker"] for note in notes}) == 2
    assert len({note["base_url"] for note in notes}) == 1
    assert len({note["account_sid"] for note in notes}) == 8
    assert _left(temporary) == ["trunkline-runs-" + str(os.geteuid())]


async def test_a_run_that_is_killed_takes_its_platform_with_it(
    tmp_path: Path, temporary: Path
) -> None:
    write_files(
        tmp_path,
        {
            "test_stops.py": """
                import os, signal

                def test_it(trunkline):
                    os.kill(os.getpid(), signal.SIGKILL)
            """
        },
    )
    done = await asyncio.to_thread(
        subprocess.run,
        command(),
        cwd=tmp_path,
        env=environment({"TMPDIR": str(temporary)}),
        capture_output=True,
        timeout=PATIENCE,
    )
    assert done.returncode == -signal.SIGKILL
    await eventually(lambda: not _left(temporary), PATIENCE)


def test_ctrl_c_ends_the_run_and_the_platform(tmp_path: Path, temporary: Path) -> None:
    write_files(
        tmp_path,
        {
            "test_stops.py": """
                import signal, threading

                # Of a run in the background, as of a shell's, Python leaves it ignored.
                signal.signal(signal.SIGINT, signal.default_int_handler)

                def test_it(trunkline):
                    trunkline.app(lambda environ, start_response: [][0], webhook="/sms")
                    main = threading.main_thread().ident
                    threading.Timer(0.1, signal.pthread_kill, (main, signal.SIGINT)).start()
                    trunkline.phone("+14155550123").expects("Hello", within=3600)

                def test_not_reached(trunkline):
                    assert False
            """
        },
    )
    done = subprocess.run(
        command(),
        cwd=tmp_path,
        env=environment({"TMPDIR": str(temporary)}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == pytest.ExitCode.INTERRUPTED, done.stdout
    assert "KeyboardInterrupt" in done.stdout
    assert "no tests ran" in done.stdout
    assert _left(temporary) == []


def test_a_run_without_the_fixture_starts_and_imports_nothing(
    tmp_path: Path, temporary: Path
) -> None:
    done = run_pytest(
        tmp_path,
        {
            "test_lazy.py": """
                import sys

                def test_nothing_is_imported():
                    loaded = {name for name in sys.modules if name.split(".")[0] == "trunkline"}
                    assert loaded == {
                        "trunkline", "trunkline.testing", "trunkline.testing.plugin"
                    }
            """
        },
        variables={"TMPDIR": str(temporary)},
    )
    assert done.summary == "1 passed", done.text
    assert _left(temporary) == []


def test_the_plugin_can_be_left_out(tmp_path: Path) -> None:
    files = {"test_it.py": "def test_it(trunkline): pass"}
    done = run_pytest(tmp_path, files, "-p", "no:trunkline")
    assert "fixture 'trunkline' not found" in done.text


# --- a platform that runs already -----------------------------------------------------------


def test_a_platform_that_runs_is_used(tmp_path: Path, data: str, temporary: Path) -> None:
    files = {
        "notes.py": NOTE,
        "pytest.ini": f"[pytest]\ntrunkline_data = {data}\n",
        "test_it.py": """
            from notes import note

            def test_it(trunkline):
                note(trunkline, "1.json")
        """,
    }
    done = run_pytest(tmp_path, files, variables={"TMPDIR": str(temporary)})
    assert done.summary == "1 passed", done.text
    [note] = _notes(tmp_path)
    assert note["base_url"] == json.loads(Path(data, "runtime.json").read_text())["base_url"]
    assert _left(temporary) == []


def test_a_folder_without_a_platform_is_told_of(tmp_path: Path) -> None:
    files = {"test_it.py": "def test_it(trunkline): pass\ndef test_again(trunkline): pass"}
    done = run_pytest(tmp_path, files, "--trunkline-data", "nowhere")
    for test in ("test_it", "test_again"):
        first = done.failure(test).splitlines()[1]
        assert first.startswith(f"No Trunkline runs on {tmp_path / 'nowhere'}: start one with")


def test_a_platform_in_production_is_told_of(tmp_path: Path, short_tmp: Path) -> None:
    platform = RunningPlatform(
        short_tmp / "plugin production", environment={"TRUNKLINE_MODE": "production"}
    )
    platform.start()
    try:
        files = {"test_it.py": "def test_it(trunkline): pass"}
        done = run_pytest(tmp_path, files, "--trunkline-data", str(platform.data))
        assert done.failure("test_it").splitlines()[1] == (
            "A platform in production mode has one world."
        )
    finally:
        platform.stop()
        platform.clear_away()


def test_a_platform_that_is_killed_is_told_of_in_a_sentence(
    tmp_path: Path, short_tmp: Path
) -> None:
    platform = RunningPlatform(short_tmp / "plugin killed")
    platform.start()
    try:
        assert platform.process is not None
        files = {
            "test_it.py": f"""
                import os, signal
                from tests.support.platform import kill_together

                def test_in_the_middle(trunkline):
                    kill_together({platform.process.pid})
                    trunkline.phone("+14155550123").send("Hi")

                def test_the_next(trunkline):
                    pass
            """
        }
        root = str(Path(__file__).resolve().parents[2])
        data = str(platform.data)
        done = run_pytest(tmp_path, files, "--trunkline-data", data, variables={"PYTHONPATH": root})
    finally:
        platform.clear_away()
    sentence = "The Trunkline platform of this test run has ended: nothing answers at http://127."
    middle = done.failure("test_in_the_middle")
    assert f"E       trunkline.testing.TrunklineError: {sentence}" in middle
    assert "src/trunkline" not in middle
    assert done.failure("test_the_next").splitlines()[1].startswith(sentence)
    assert done.summary == "1 failed, 1 error"


# --- what a test finds, and leaves ----------------------------------------------------------


def test_the_environment_is_set_and_restored(tmp_path: Path, data: str) -> None:
    files = {
        "test_it.py": """
            import os
            import pytest

            def known():
                return {k: v for k, v in os.environ.items() if k.startswith("TWILIO_")}

            before = known()

            def test_within(trunkline):
                assert known() == {
                    "TWILIO_ACCOUNT_SID": trunkline.account_sid,
                    "TWILIO_AUTH_TOKEN": trunkline.auth_token,
                    "TWILIO_PHONE_NUMBER": trunkline.number,
                    "TWILIO_API_KEY": trunkline.api_key,
                    "TWILIO_API_SECRET": trunkline.api_secret,
                    "TWILIO_REGION": "ie1",
                }

            def test_after():
                assert known() == before == {
                    "TWILIO_AUTH_TOKEN": "own",
                    "TWILIO_API_KEY": "SK1",
                    "TWILIO_API_SECRET": "2",
                    "TWILIO_REGION": "ie1",
                }
        """
    }
    variables = {
        "TWILIO_AUTH_TOKEN": "own",
        "TWILIO_API_KEY": "SK1",
        "TWILIO_API_SECRET": "2",
        "TWILIO_REGION": "ie1",
    }
    done = run_pytest(tmp_path, files, "--trunkline-data", data, variables=variables)
    assert done.summary == "2 passed", done.text


def test_nothing_is_left_after_a_test(tmp_path: Path, data: str) -> None:
    files = {
        "test_it.py": """
            import gc, http.client, socket, threading, warnings
            from twilio.rest import Client

            client = Client("AC" + "0" * 32, "secret")
            kept = dict(vars(client))
            connect = http.client.HTTPConnection.connect

            async def asgi(scope, receive, send):
                pass

            def wsgi(environ, start_response):
                start_response("204 No Content", [])
                return []

            def test_much(trunkline):
                trunkline.app(asgi, webhook="/sms")
                trunkline.app(wsgi, webhook="/sms")
                trunkline.phone("+14155550123").send("Hi")
                trunkline.adopt(client)
                assert client.account_sid == trunkline.account_sid
                client.messages.list(limit=1)
                trunkline.client.messages.list(limit=1)

            def test_after():
                gc.collect()
                assert threading.enumerate() == [threading.main_thread()]
                assert vars(client) == kept
                assert http.client.HTTPConnection.connect is connect
        """
    }
    done = run_pytest(tmp_path, files, "--trunkline-data", data)
    assert done.summary == "2 passed", done.text


def test_a_test_that_leaves_a_thread_does_not_hold_up_the_next(tmp_path: Path, data: str) -> None:
    files = {
        "test_it.py": """
            import threading

            release = threading.Event()

            def hangs(environ, start_response):
                release.wait()
                return []

            def test_it(trunkline):
                trunkline.app(hangs, webhook="/sms#rt=100")
                trunkline.phone("+14155550123").send("Hi")
                assert trunkline.webhooks.last.error_code == 11200

            def test_the_next(trunkline):
                trunkline.phone("+14155550123").expects_nothing()

            def test_the_last():
                release.set()
        """
    }
    done = run_pytest(tmp_path, files, "--trunkline-data", data)
    assert done.summary == "3 passed", done.text


def test_what_replaces_http_client_does_not_meet_the_platform(tmp_path: Path, data: str) -> None:
    files = {
        "test_it.py": """
            import http.client
            import pytest

            class Recorded(http.client.HTTPConnection):  # as vcrpy does it
                def request(self, *args, **options):
                    raise ConnectionError("This is not in the cassette.")

            @pytest.fixture
            def cassette(monkeypatch):
                monkeypatch.setattr(http.client, "HTTPConnection", Recorded)

            @pytest.mark.parametrize("word", ["first", "second"])
            def test_it(cassette, trunkline, word):
                trunkline.phone("+14155550123").send(word)
                assert word in str(trunkline.transcript())
        """
    }
    done = run_pytest(tmp_path, files, "--trunkline-data", data)
    assert done.summary == "2 passed", done.text


@pytest.mark.parametrize("call", ["expects('Hi', within=0)", "expects_nothing()"])
def test_a_debugger_begins_in_the_test(tmp_path: Path, data: str, call: str) -> None:
    files = {
        "test_it.py": f"""
            def test_it(trunkline):
                phone = trunkline.phone("+14155550123")
                trunkline.client.messages.create(
                    to=phone.number, from_=trunkline.number, body="Hello"
                )
                phone.{call}
        """
    }
    done = run_pytest(tmp_path, files, "--pdb", "--trunkline-data", data)
    assert re.search(r"^> .*test_it\.py\(7\)test_it\(\)$", done.text, re.MULTILINE), done.text


def test_without_twilio_python_the_rest_works(tmp_path: Path, data: str) -> None:
    files = {
        "conftest.py": """
            import sys
            sys.modules["twilio"] = None
        """,
        "test_it.py": """
            def test_conversation(trunkline):
                async def app(scope, receive, send):
                    if scope["type"] == "http":
                        headers = [(b"content-type", b"text/xml")]
                        await send(
                            {"type": "http.response.start", "status": 200, "headers": headers}
                        )
                        document = b"<Response><Message>Hello</Message></Response>"
                        await send({"type": "http.response.body", "body": document})

                trunkline.app(app, webhook="/sms")
                trunkline.phone("+14155550123").send("Hi")
                trunkline.phone("+14155550123").expects("Hello")

            def test_client(trunkline):
                trunkline.client.messages.list()

            def test_signature(trunkline):
                test_conversation(trunkline)
                trunkline.webhooks.last.signature_valid
        """,
    }
    done = run_pytest(tmp_path, files, "--trunkline-data", data)
    assert done.summary == "2 failed, 1 passed", done.text
    for test in ("test_client", "test_signature"):
        errors = [line for line in done.failure(test).splitlines() if line.startswith("E  ")]
        assert errors == [
            "E       trunkline.testing.TrunklineError: This needs twilio-python, which is not "
            "installed here: pip install 'trunkline[testing]'."
        ]


@pytest.mark.parametrize("within", ["soon", "-1", "inf"])
def test_the_ini_option_is_a_number_of_seconds(tmp_path: Path, data: str, within: str) -> None:
    files = {"test_it.py": "def test_it(trunkline): pass"}
    options = ("-o", f"trunkline_within={within}", "--trunkline-data", data)
    done = run_pytest(tmp_path, files, *options)
    assert done.failure("test_it").splitlines()[1] == (
        f"The ini option trunkline_within is a number of seconds: '{within}'."
    )


def _notes(folder: Path) -> list[dict[str, object]]:
    return [json.loads(path.read_text()) for path in sorted(folder.glob("[0-9].json"))]


def _left(folder: Path) -> list[str]:
    """What of Trunkline is in a temporary folder."""
    return sorted(path.name for path in folder.iterdir() if path.name.startswith("trunkline"))
