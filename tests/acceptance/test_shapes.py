"""Every answer has the shape of Twilio's own example of it."""

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from twilio.base.page import Page

from tests.support import openapi
from tests.support.control import make_world
from tests.support.platform import World
from tests.support.recorded_answers import PHONE, SENDER, Recorded, recorded
from tests.support.shapes import assert_shape, faults, mutations, official_shape
from trunkline.rest.operation import Operation, operations_of
from trunkline.server.compose import resource_classes

# The documents, by the name of a product; of a later version, by its name and version.
PRODUCTS = {
    "accounts": "accounts_v1",
    "api": "api_v2010",
    "content": "content_v1",
    "content_v2": "content_v2",
    "iam": "iam_v1",
    "messaging": "messaging_v1",
    "messaging_v2": "messaging_v2",
    "monitor": "monitor_v1",
}


def name_of(declared: Operation) -> str:
    """`content FetchContent`, `content_v2 ListContent`."""
    versioned = f"{declared.product}_{declared.version}"
    return f"{versioned if versioned in PRODUCTS else declared.product} {declared.name}"


DECLARED: dict[str, Operation] = {
    name_of(declared): declared for cls in resource_classes() for _, declared in operations_of(cls)
}

NO_SUCH_NUMBERS = "no country here has numbers of this type: the answer is 404/20404"
NO_CONFERENCES = "there are no conferences yet: the list is empty, and the rest is 404/20404"
# Operations that have an official example and cannot be answered in its way.
NOT_ANSWERED = {
    "content ListLegacyContent": "there are no templates of the time before these",
    "api CreateIncomingPhoneNumberMobile": NO_SUCH_NUMBERS,
    "api ListAvailablePhoneNumberMachineToMachine": NO_SUCH_NUMBERS,
    "api ListAvailablePhoneNumberMobile": NO_SUCH_NUMBERS,
    "api ListAvailablePhoneNumberNational": NO_SUCH_NUMBERS,
    "api ListAvailablePhoneNumberSharedCost": NO_SUCH_NUMBERS,
    "api ListAvailablePhoneNumberVoip": NO_SUCH_NUMBERS,
    "api FetchConferenceRecording": NO_CONFERENCES,
    "api ListConferenceRecording": NO_CONFERENCES,
    "api UpdateConferenceRecording": NO_CONFERENCES,
    "api DeleteConferenceRecording": NO_CONFERENCES,
}


def capitals(example: Any) -> None:
    """Of the capabilities of numbers for sale, recorded answers write two in capitals (7.1)."""
    for number in example["available_phone_numbers"]:
        shown = number["capabilities"]
        number["capabilities"] = {"voice": True, "SMS": True, "MMS": True}
        assert shown.keys() == {"voice", "sms", "mms"}


def use_case(example: Any) -> None:
    """Other examples of the same answer have it, as the one of a fetch."""
    example["profile"]["use_case"] = None


def a_sender(example: Any) -> None:
    """The example of the list is empty: a sender is shown there as where it is fetched."""
    examples = openapi.official("messaging_v2")["components"]["examples"]
    example["senders"] = [{**examples["whatsapp_fetch"]["value"], "friendly_name": "Desk"}]


def whose_dns(example: Any) -> None:
    """The schema has it, and clients read it."""
    example["domain_sid"] = f"DN{'a' * 32}"


def what_was_asked(example: Any) -> None:
    """Each request about a call has its own parameters: these are of the one that was recorded."""
    names = "account_sid from to timeout time_limit machine_detection twiml method"
    example["events"][0]["request"]["parameters"] = dict.fromkeys(names.split(), "x")


def encrypted(example: Any) -> None:
    """It is nothing there: an object in the example of a fetch."""
    assert example["encryption_details"] is None
    example["encryption_details"] = {"type": "rsa-aes"}


# What is known to be otherwise than in the official example.
DEVIATIONS: dict[str, Callable[[Any], None]] = {
    "api CreateCallRecording": encrypted,
    "api UpdateCallRecording": encrypted,
    "api ListCallEvent": what_was_asked,
    "messaging FetchDomainDnsValidation": whose_dns,
    "messaging_v2 ListChannelsSender": a_sender,
    "messaging_v2 UpdateChannelsSender": use_case,
    "api ListAvailablePhoneNumberLocal": capitals,
    "api ListAvailablePhoneNumberTollFree": capitals,
}


def product_of(name: str) -> tuple[str, str]:
    """The product's document and the operation's id."""
    product, operation_id = name.split(" ")
    return PRODUCTS[product], operation_id


def has_example(name: str) -> bool:
    product, operation_id = product_of(name)
    return bool(openapi.examples(product, operation_id, DECLARED[name].status))


def expected(name: str) -> tuple[Any, Any]:
    """The official example and schema of an operation's answer, with what is known to deviate."""
    product, operation_id = product_of(name)
    example, schema = official_shape(product, operation_id, DECLARED[name].status)
    if name in DEVIATIONS:
        example = copy.deepcopy(example)
        DEVIATIONS[name](example)
    return example, schema


WITH_EXAMPLE = sorted(name for name in DECLARED if has_example(name) and name not in NOT_ANSWERED)
LISTS = sorted(name for name in WITH_EXAMPLE if DECLARED[name].list_key)
DELETES = sorted(
    name for name in DECLARED if DECLARED[name].method == "DELETE" and name not in NOT_ANSWERED
)


@pytest.fixture(scope="module")
def answers(running: World) -> Iterator[dict[str, Recorded]]:
    with recorded(make_world(running, "shapes")) as found:
        yield found


def test_every_operation_with_an_example_was_asked(answers: dict[str, Recorded]) -> None:
    assert sorted(answers) == sorted({*WITH_EXAMPLE, *DELETES})
    assert NOT_ANSWERED.keys() <= DECLARED.keys()


@pytest.mark.parametrize("name", WITH_EXAMPLE)
def test_the_shape_of(answers: dict[str, Recorded], name: str) -> None:
    answer = answers[name]

    assert answer.status == DECLARED[name].status
    assert_shape(answer.body, *expected(name))


@pytest.mark.parametrize("name", WITH_EXAMPLE)
def test_a_fault_in_the_shape_would_be_seen_in(answers: dict[str, Recorded], name: str) -> None:
    example, schema = expected(name)

    faulty = list(mutations(answers[name].body))
    unseen = [fault for fault, answer in faulty if not any(faults(answer, example, schema))]

    assert unseen == []
    assert len(faulty) >= 4 * len(answers[name].body)


def test_null_would_be_seen_where_the_schema_does_not_allow_it(
    answers: dict[str, Recorded],
) -> None:
    example, schema = expected("api CreateMessage")
    answer = answers["api CreateMessage"].body

    null = [key for key in answer if not any(faults(answer | {key: None}, example, schema))]

    assert sorted(answer.keys() - null) == ["direction", "status"]


def test_another_word_or_prefix_would_be_seen(answers: dict[str, Recorded]) -> None:
    example, schema = expected("api CreateMessage")
    answer = answers["api CreateMessage"].body
    monday = "Mon, 22 Nov 2026 12:00:00 +0000"  # a Sunday

    for key, value in {
        "status": "transmitted",
        "direction": "sideways",
        "sid": "PN" + answer["sid"][2:],
        "account_sid": answer["account_sid"][:-1],
        "date_created": monday,
    }.items():
        assert any(faults(answer | {key: value}, example, schema)), key


@pytest.mark.parametrize("name", LISTS)
def test_a_client_finds_the_records_in(answers: dict[str, Recorded], name: str) -> None:
    """twilio-python takes the one key that it does not know for the records."""
    body, key = answers[name].body, DECLARED[name].list_key

    if not name.startswith("api "):
        assert set(body) == {"meta", key}
        assert body["meta"]["key"] == key
        links = [body["meta"][name] for name in ("url", "first_page_url", "next_page_url")]
        assert all(link.startswith("http://127.0.0.1:") for link in links)
    else:
        assert set(body) - Page.META_KEYS == {key}
        links = [body[name] for name in body if name.endswith("uri") and body[name] is not None]
        assert all(link.startswith("/2010-04-01/Accounts") for link in links)
    if name != "api ListIncomingPhoneNumberMobile":
        assert body[key]


@pytest.mark.parametrize("name", DELETES)
def test_a_deletion_has_no_body(answers: dict[str, Recorded], name: str) -> None:
    assert answers[name] == Recorded(204, None)


ERROR = {"code": 0, "message": "", "more_info": "", "status": 0}
DETAILED = {**ERROR, "detail": ""}


def refuse(platform: World, case: str) -> requests.Response:
    """The answer to a request that is refused."""
    account = f"{platform.base_url}/2010-04-01/Accounts/{platform.account_sid}"
    own = (platform.account_sid, platform.auth_token)
    missing = f"{account}/Messages/SM{'0' * 32}.json"
    test = (platform.test_account_sid, platform.test_auth_token)
    of_test = account.replace(platform.account_sid, platform.test_account_sid)
    requested: dict[str, Callable[[], requests.Response]] = {
        "400": lambda: requests.post(f"{account}/Messages.json", {"To": "x"}, auth=own),
        "401 no credentials": lambda: requests.get(f"{account}/Messages.json"),
        "401 wrong token": lambda: requests.get(f"{account}.json", auth=(own[0], "x")),
        "403": lambda: requests.get(f"{of_test}/Messages.json", auth=test),
        "404": lambda: requests.get(missing, auth=own),
        "404 iam": lambda: requests.get(f"{platform.base_url}/iam/v1/Keys/SK{'0' * 32}", auth=own),
        "405": lambda: requests.delete(f"{account}/Messages.json", auth=own),
        "413": lambda: requests.post(f"{account}/Messages.json", "x" * 2_000_000, auth=own),
        "415": lambda: requests.post(f"{account}/Messages.json", json={}, auth=own),
    }
    return requested[case]()


@pytest.mark.parametrize(
    "case",
    [
        "400",
        "401 no credentials",
        "401 wrong token",
        "403",
        "404",
        "404 iam",
        "405",
        "413",
        "415",
    ],
)
def test_the_shape_of_a_refusal(platform: World, case: str) -> None:
    answer = refuse(platform, case)

    body = answer.json()
    assert answer.status_code == body["status"] == int(case[:3])
    assert_shape(body, DETAILED if answer.status_code == 401 else ERROR, {})
    assert body["more_info"] == f"https://www.twilio.com/docs/errors/{body['code']}"


def test_the_shape_of_a_conflict(platform: World) -> None:
    """409 of a message that was not scheduled, against the one official example of an error."""
    own = (platform.account_sid, platform.auth_token)
    path = f"{platform.base_url}/2010-04-01/Accounts/{platform.account_sid}/Messages"
    wanted = {"To": PHONE, "From": SENDER, "Body": "x"}
    sid = requests.post(f"{path}.json", wanted, auth=own).json()["sid"]

    answer = requests.post(f"{path}/{sid}.json", {"Status": "canceled"}, auth=own)

    assert answer.status_code == 409
    assert_shape(answer.json(), *official_shape("api_v2010", "UpdateAccount", 409))
