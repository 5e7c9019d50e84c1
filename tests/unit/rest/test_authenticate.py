import asyncio
import base64

import pytest

from tests.unit.rest.asgi_driver import Driver, basic
from tests.unit.rest.notes_api import (
    CHILD,
    KEY,
    MAIN_KEY,
    NOTE,
    PARENT,
    STRANGER,
    SUSPENDED,
    SUSPENDED_CHILD,
    TEST,
    TOKEN,
    Service,
    notes,
)

NO_CREDENTIALS = "Authentication Error - No credentials provided"
INVALID_USERNAME = "Authentication Error - invalid username"
WRONG = "Authenticate"


def encoded(data: bytes) -> str:
    return "Basic " + base64.b64encode(data).decode()


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (None, NO_CREDENTIALS),
        ("", NO_CREDENTIALS),
        ("Basic", NO_CREDENTIALS),
        ("Basic ", NO_CREDENTIALS),
        ("Bearer abc", NO_CREDENTIALS),
        ("Basic !!!", INVALID_USERNAME),
        ("Basic YWJj\xe9", INVALID_USERNAME),
        (encoded(PARENT.encode()), INVALID_USERNAME),  # no colon
        (encoded(b":"), INVALID_USERNAME),
        (encoded(b"\xff\xfe:token"), INVALID_USERNAME),
        (basic("AC" + "9" * 32, TOKEN), INVALID_USERNAME),
        (basic("someone", TOKEN), INVALID_USERNAME),
        (basic("MG" + "1" * 32, TOKEN), INVALID_USERNAME),
        (basic("AC" + "é" * 32, TOKEN), INVALID_USERNAME),
        (basic(PARENT + "\0", TOKEN), INVALID_USERNAME),
        ("Basic " + "A" * 1_000_000, INVALID_USERNAME),
        (basic(PARENT, ""), WRONG),
        (basic(PARENT, "wrong"), WRONG),
        (basic(PARENT, "to\0ken"), WRONG),
        (basic(PARENT, "a" * 600), WRONG),
        (basic(PARENT, TOKEN + ":"), WRONG),
    ],
)
async def test_bad_credentials_get_one_of_three_texts(header, message):
    service = Service()
    answer = await Driver(service.app, header).get(notes())
    assert answer.status == 401
    assert answer.headers["www-authenticate"] == 'Basic realm="Twilio API"'
    assert answer.json() == {
        "code": 20003,
        "message": message,
        "more_info": "https://www.twilio.com/docs/errors/20003",
        "status": 401,
        "detail": "Your AccountSid or AuthToken was incorrect.",
    }
    assert not service.notes.calls


@pytest.mark.parametrize("scheme", ["Basic", "basic", "BASIC", "Basic   "])
async def test_the_scheme_is_read_in_any_case(scheme):
    header = basic(PARENT, TOKEN).replace("Basic", scheme)
    assert (await Driver(Service().app, header).get(notes())).status == 200


async def test_keys_are_credentials_of_their_account():
    service = Service()
    for key in (KEY, MAIN_KEY, KEY.upper().replace("SK", "SK")):
        assert (await service.client(key).get(notes())).status == 200
    assert service.notes.calls[0][0].principal.credential == "standard_key"


async def test_credentials_are_asked_about_once_until_they_are_forgotten():
    service = Service()
    client = service.client()
    await client.get(notes())
    await client.get(notes())
    assert service.accounts.asked == [PARENT]
    service.app.credentials.forget(STRANGER)
    await client.get(notes())
    assert service.accounts.asked == [PARENT]
    service.app.credentials.forget(PARENT)
    await client.get(notes())
    assert service.accounts.asked == [PARENT] * 2
    service.app.credentials.clear()
    await client.get(notes())
    assert service.accounts.asked == [PARENT] * 3


async def test_a_change_of_the_parent_forgets_its_subaccounts():
    service = Service()
    await service.client(CHILD).get(notes(CHILD))
    service.app.credentials.forget(PARENT)
    await service.client(CHILD).get(notes(CHILD))
    assert service.accounts.asked == [CHILD] * 2


async def test_wrong_credentials_are_not_remembered():
    service = Service()
    for _ in range(2):
        await service.client(PARENT, "wrong").get(notes())
    assert service.accounts.asked == [PARENT] * 2


async def test_a_check_that_a_change_overtakes_is_not_remembered():
    service = Service()
    service.accounts.gate = asyncio.Event()
    first = service.client().start("GET", notes())
    await service.accounts.started.wait()
    service.app.credentials.forget(PARENT)
    service.accounts.gate.set()
    await first
    await service.client().get(notes())
    assert service.accounts.asked == [PARENT] * 2


async def test_the_memory_of_credentials_is_bounded():
    service = Service()
    for number in range(1500):
        name = f"AC{number:032x}"
        service.accounts.accounts[name] = service.accounts.accounts[PARENT]
        await service.app.credentials.check(basic(name, TOKEN).encode())
    assert len(service.app.credentials._known) == 1024


@pytest.mark.parametrize(
    ("username", "path", "status"),
    [
        (PARENT, PARENT, 200),
        (PARENT, CHILD, 200),
        (PARENT, STRANGER, 404),
        (PARENT, "AC" + "9" * 32, 404),
        (PARENT, "AC123", 404),
        (CHILD, CHILD, 200),
        (CHILD, PARENT, 404),
        (CHILD, SUSPENDED_CHILD, 404),
        (STRANGER, PARENT, 404),
        (KEY, PARENT, 200),
        (KEY, CHILD, 200),
        (KEY, KEY, 404),
        (PARENT, TEST, 404),
        (TEST, PARENT, 404),
    ],
)
async def test_who_may_address_which_account(username, path, status):
    service = Service()
    answer = await service.client(username).get(notes(path))
    assert answer.status == status
    if status == 404:
        message = f"The requested resource {notes(path)} was not found"
        assert (answer.json()["code"], answer.json()["message"]) == (20404, message)
        assert not service.notes.calls
    else:
        assert service.notes.calls[0][0].account.sid == path


async def test_a_suspended_account_may_do_nothing():
    service = Service()
    answer = await service.client(SUSPENDED).get(notes(SUSPENDED))
    assert (answer.status, answer.json()["code"]) == (401, 20005)


async def test_a_parent_may_read_a_suspended_subaccount_but_not_write():
    service = Service()
    client = service.client()
    assert (await client.get(notes(SUSPENDED_CHILD))).status == 200
    answer = await client.post(notes(SUSPENDED_CHILD), {"Text": "a"})
    assert (answer.status, answer.json()["code"]) == (401, 20005)
    answer = await client.delete(notes(SUSPENDED_CHILD, f"/{NOTE}.json"))
    assert answer.status == 401


async def test_standard_keys_are_kept_out_where_a_main_key_is_needed():
    service = Service()
    target = f"/2010-04-01/Accounts/{PARENT}.json"
    answer = await service.client(KEY).get(target)
    assert (answer.status, answer.json()["code"], answer.json()["message"]) == (401, 20003, WRONG)
    for username in (MAIN_KEY, PARENT):
        assert (await service.client(username).get(target)).status == 200


async def test_test_credentials_reach_only_what_is_declared_for_them():
    service = Service()
    client = service.client(TEST)
    answer = await client.post(notes(TEST), {"Text": "a"})
    assert (answer.status, answer.json()["code"]) == (403, 20008)
    assert answer.json()["message"] == "Resource not accessible with Test Account Credentials"
    answer = await client.get(f"/2010-04-01/Accounts/{TEST}/Papers/US/Local.json")
    assert answer.status == 200
