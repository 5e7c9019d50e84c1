import pytest
import structlog

from tests.unit.rest.notes_api import Service, StoreTrouble, notes
from trunkline.rest.failures import log_error

SECRET = "the text of a message"


class Overloaded(Exception):
    api_error_code = 20429


class Odd(Exception):
    api_error_code = 12345


@pytest.mark.parametrize(
    ("failure", "status", "code", "message"),
    [
        (RuntimeError(SECRET), 500, 20500, "An internal server error has occurred"),
        (StoreTrouble(SECRET), 503, 20503, "Service is unavailable. Please try again."),
        (Overloaded(SECRET), 429, 20429, "Too Many Requests"),
        (Odd(SECRET), 500, 20500, "An internal server error has occurred"),
        (RecursionError(SECRET), 500, 20500, "An internal server error has occurred"),
    ],
)
async def test_what_goes_wrong_is_told_without_its_text(failure, status, code, message):
    service = Service()
    service.notes.failure = failure
    answer = await service.client().post(notes(), {"Text": "a"})
    assert (answer.status, answer.json()["code"], answer.json()["message"]) == (
        status,
        code,
        message,
    )
    assert service.errors == [failure]


async def test_what_cannot_be_rendered_is_a_failure():
    service = Service()
    service.notes.note = lambda *_, **__: object()
    answer = await service.client().post(notes(), {"Text": "a"})
    assert (answer.status, answer.json()["code"]) == (500, 20500)
    assert isinstance(service.errors[0], TypeError)


async def test_the_log_names_request_operation_and_place_but_no_content():
    service = Service(on_error=log_error)
    service.notes.failure = ValueError(SECRET)
    with structlog.testing.capture_logs() as logged:
        answer = await service.client().post(notes(), {"Text": "note"})
    (entry,) = logged
    assert entry["request"] == answer.headers["twilio-request-id"]
    assert entry["operation"] == "CreateNote"
    assert entry["error"] == "builtins.ValueError"
    assert entry["where"][-1].endswith(" create_note")
    assert SECRET not in str(entry)
    assert "token" not in str(entry)
