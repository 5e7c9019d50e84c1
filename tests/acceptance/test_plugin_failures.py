"""What a failed test prints: real runs of pytest, whose output is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.platform import World
from tests.support.pytest_runs import PytestRun, run_pytest

CONVERSATIONS = {
    "app.py": """
        from trunkline.testing import Trunkline

        def answers(document, status=200):
            async def app(scope, receive, send):
                if scope["type"] == "http":
                    headers = [(b"content-type", b"text/xml")]
                    await send(
                        {"type": "http.response.start", "status": status, "headers": headers}
                    )
                    await send({"type": "http.response.body", "body": document.encode()})
            return app

        hello = answers("<Response><Message>Hello</Message></Response>")
    """,
    "test_conversations.py": """
        import pytest
        from app import answers, hello
        from contextlib import asynccontextmanager
        from fastapi import FastAPI
        from flask import Flask

        PHONE = "+14155550123"

        def send(trunkline, text, to=PHONE):
            return trunkline.client.messages.create(to=to, from_=trunkline.number, body=text)

        def ask(trunkline, app, **options):
            trunkline.app(app, webhook="/sms", **options)
            phone = trunkline.phone(PHONE)
            phone.send("Hi")
            phone.expects("Hello", within=0)

        def test_another_text(trunkline):
            ask(trunkline, hello)
            trunkline.phone(PHONE).send("Hi")
            trunkline.phone(PHONE).expects("Good morning")

        def test_nothing_came(trunkline):
            trunkline.phone(PHONE).expects("Hello", within=0.01)

        def test_due_later(trunkline):
            trunkline.phone(PHONE).set(deliver_after="2h")
            send(trunkline, "Hello")
            trunkline.phone(PHONE).expects("Hello", within=0)

        def test_did_not_arrive(trunkline):
            trunkline.phone(PHONE).set(fail=30003)
            send(trunkline, "Hello")
            trunkline.phone(PHONE).expects("Hello", within=0)

        def test_opted_out(trunkline):
            phone = trunkline.phone(PHONE)
            phone.send("STOP")
            phone.expects()
            phone.expects("Hello", within=0)

        def test_no_webhook(trunkline):
            trunkline.phone(PHONE).send("Hi")
            trunkline.phone(PHONE).expects("Hello", within=0)

        def test_refused(trunkline):
            ask(trunkline, answers("", 403))

        def test_no_such_path(trunkline):
            ask(trunkline, answers("", 404))

        def test_no_twiml(trunkline):
            ask(trunkline, answers("<Response><Mess"))

        def test_asgi_app_raises(trunkline):
            app = FastAPI()

            @app.post("/sms")
            def sms():
                return {"JOIN": "Hello"}["Hi"]

            ask(trunkline, app)

        def test_wsgi_app_raises(trunkline):
            app = Flask("shop")

            @app.post("/sms")
            def sms():
                return {"JOIN": "Hello"}["Hi"]

            ask(trunkline, app)

        def test_startup_fails(trunkline):
            @asynccontextmanager
            async def lifespan(app):
                raise OSError("no database")
                yield

            ask(trunkline, FastAPI(lifespan=lifespan))

        def test_shutdown_fails(trunkline):
            @asynccontextmanager
            async def lifespan(app):
                yield
                raise OSError("no database")

            trunkline.app(FastAPI(lifespan=lifespan))

        def test_came_elsewhere(trunkline):
            send(trunkline, "Hello", to="+14155550124")
            trunkline.phone(PHONE).expects("Hello", within=0)

        def test_expected_before(trunkline):
            send(trunkline, "Hello")
            trunkline.phone(PHONE).expects("Hello")
            trunkline.phone(PHONE).expects("Hello", within=0)

        def test_another_conversation(trunkline):
            ask(trunkline, hello)
            assert trunkline.transcript() == '''
                +14155550123 -> +12065550100: Hi
                +12065550100 -> +14155550123: Goodbye
            '''

        def test_an_assertion_of_its_own(trunkline):
            ask(trunkline, hello)
            secret = trunkline.auth_token
            send(trunkline, f"Your token is {secret}, your secret {trunkline.api_secret}")
            assert 1 == 2

        @pytest.fixture
        def broken(trunkline):
            send(trunkline, "Hello")
            trunkline.settle()
            raise LookupError("of another fixture")

        def test_another_fixture_fails(broken):
            pass

        def test_which_passes(trunkline):
            ask(trunkline, hello)

        def test_which_does_not_use_it():
            assert 1 == 2
    """,
}


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory, running: World, short_tmp: Path) -> PytestRun:
    """A run of all of them, on the platform that runs."""
    assert running.base_url
    data = str(short_tmp / "acceptance data")
    folder = tmp_path_factory.mktemp("failures")
    done = run_pytest(folder, CONVERSATIONS, "--trunkline-data", data)
    assert done.summary == "17 failed, 2 passed, 2 errors", done.text
    return done


def test_another_text_is_told_with_what_happened(failed: PytestRun) -> None:
    text = failed.failure("test_another_text")
    assert 'trunkline.phone(PHONE).expects("Good morning")' in text
    lines = _message(text)
    assert lines[0].endswith(
        "ExpectationFailed: +14155550123 got 'Hello'; expected 'Good morning'."
    )
    assert "+14155550123 has received:" in lines
    assert lines.count("  'Hello' from +12065550100") == 2
    happened = [line.split(" s  ")[1] for line in lines if " s  " in line]
    assert (
        happened
        == [
            "+14155550123 -> +12065550100 [received]: Hi",
            "POST https://app.test.example/sms [inbound; answered 200]",
            "+12065550100 -> +14155550123 [delivered]: Hello",
        ]
        * 2
    )


def test_nothing_of_the_plugin_s_own_code_is_shown(failed: PytestRun) -> None:
    for test in ("test_another_text", "test_nothing_came", "test_startup_fails"):
        assert "src/trunkline" not in failed.failure(test)


def test_a_wait_in_vain_is_told(failed: PytestRun) -> None:
    lines = _message(failed.failure("test_nothing_came"))
    assert lines[0].endswith("+14155550123 got no message within 0.01 s; expected 'Hello'.")
    assert "+14155550123 has received nothing." in lines
    assert "  Nothing happened in this world." in lines


@pytest.mark.parametrize(
    ("test", "hint"),
    [
        ("test_due_later", "'Hello' is due in 2h: trunkline.clock.advance(\"2h\")"),
        ("test_did_not_arrive", "'Hello' did not arrive: undelivered, error 30003, Unreachable"),
        ("test_opted_out", "+14155550123 has opted out of +12065550100: what is sent to it is"),
        ("test_no_webhook", "No app was asked: +12065550100 has no sms_url."),
        ("test_refused", "The app refused the request to https://app.test.example/sms."),
        ("test_no_such_path", "The app has nothing at https://app.test.example/sms."),
        ("test_came_elsewhere", "+14155550124 got 'Hello'."),
        ("test_expected_before", "+14155550123 has got 'Hello', and each message is expected once"),
    ],
)
def test_a_hint_says_what_may_be_the_reason(failed: PytestRun, test: str, hint: str) -> None:
    assert any(line.startswith(f"Hint: {hint}") for line in _message(failed.failure(test)))


def test_alerts_stand_in_the_timeline(failed: PytestRun) -> None:
    text = failed.failure("test_no_twiml")
    assert "! 12100: Line 1, column 11: the XML cannot be read: unclosed token." in text
    assert "! 11200: POST https://app.test.example/sms answered 403." in failed.failure(
        "test_refused"
    )


@pytest.mark.parametrize("test", ["test_asgi_app_raises", "test_wsgi_app_raises"])
def test_the_traceback_of_the_app_is_shown(failed: PytestRun, test: str) -> None:
    lines = _message(failed.failure(test))
    start = lines.index("POST /sms raised:")
    assert lines[start + 1] == "Traceback (most recent call last):"
    assert [line for line in lines[start:] if line.startswith("  File")] == [
        line for line in lines if "test_conversations.py" in line and line.endswith(", in sms")
    ]
    assert lines[-1] == "KeyError: 'Hi'"


def test_the_life_of_an_app_is_told_in_a_sentence(failed: PytestRun) -> None:
    [line] = _message(failed.failure("test_startup_fails"))
    assert line.endswith("TrunklineError: The app's startup failed: OSError: no database")
    assert failed.failure("test_shutdown_fails").splitlines()[1] == (
        "The app's shutdown failed: OSError: no database"
    )


def test_a_conversation_is_compared_line_by_line(failed: PytestRun) -> None:
    text = failed.failure("test_another_conversation")
    assert _message(text) == [
        "assert the conversation was another one (- expected, + said):",
        "  - +12065550100 -> +14155550123: Goodbye",
        "  + +12065550100 -> +14155550123: Hello",
    ]
    assert [line for line in _section(text) if line[:2] in ("  ", "- ", "+ ")][:3] == [
        "  +14155550123 -> +12065550100: Hi",
        "- +12065550100 -> +14155550123: Goodbye",
        "+ +12065550100 -> +14155550123: Hello",
    ]


def test_a_failed_expectation_has_the_conversation_as_a_section(failed: PytestRun) -> None:
    assert _section(failed.failure("test_did_not_arrive")) == [
        "+12065550100 -> +14155550123 (undelivered, error 30003): Hello"
    ]


def test_any_other_failure_has_the_timeline_without_secrets(failed: PytestRun) -> None:
    section = _section(failed.failure("test_an_assertion_of_its_own"))
    assert section[1].endswith("POST https://app.test.example/sms [inbound; answered 200]")
    assert section[-1].endswith("Your token is [secret], your secret [secret]")


def test_a_failure_of_another_fixture_has_it_too(failed: PytestRun) -> None:
    section = _section(failed.failure("test_another_fixture_fails"))
    assert section[0].endswith("+12065550100 -> +14155550123 [delivered]: Hello")


def test_a_test_without_the_fixture_has_no_section(failed: PytestRun) -> None:
    assert "- trunkline -" not in failed.failure("test_which_does_not_use_it")


def _message(text: str) -> list[str]:
    """The lines of the error."""
    lines = [line for line in text.splitlines() if line == "E" or line.startswith("E  ")]
    return [line[1:].removeprefix("       ") for line in lines]


def _section(text: str) -> list[str]:
    """The lines of the section `trunkline`."""
    after = text.partition("- trunkline -")[2].splitlines()[1:]
    end = next((n for n, line in enumerate(after) if line.startswith(("___", "==="))), len(after))
    return after[:end]
