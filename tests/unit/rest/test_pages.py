import pytest

from tests.unit.rest.asgi_driver import HOST
from tests.unit.rest.notes_api import PARENT, STRANGER, Service, notes

BASE = notes()


@pytest.fixture
def service():
    return Service()


async def page(service, query=""):
    answer = await service.client().get(notes(PARENT, f".json{query}"))
    assert answer.status == 200, answer.body
    return answer.json()


def sid(number):
    return f"NO{number:032x}"


async def test_an_empty_list(service):
    uri = f"{BASE}?PageSize=50&Page=0"
    assert await page(service) == {
        "notes": [],
        "end": 0,
        "first_page_uri": uri,
        "next_page_uri": None,
        "page": 0,
        "page_size": 50,
        "previous_page_uri": None,
        "start": 0,
        "uri": uri,
    }


async def test_pages_lead_forward_and_back_again(service):
    service.notes.count = 5
    first = await page(service, "?PageSize=2")
    assert [note["sid"] for note in first["notes"]] == [sid(4), sid(3)]
    assert (first["start"], first["end"], first["previous_page_uri"]) == (0, 1, None)
    assert first["next_page_uri"] == f"{BASE}?PageSize=2&Page=1&PageToken=PA{sid(3)}"

    second = (await service.client().get(first["next_page_uri"])).json()
    assert [note["sid"] for note in second["notes"]] == [sid(2), sid(1)]
    assert (second["page"], second["start"], second["end"]) == (1, 2, 3)
    assert second["uri"] == first["next_page_uri"]
    assert second["first_page_uri"] == first["uri"]
    assert second["previous_page_uri"] == f"{BASE}?PageSize=2&Page=0&PageToken=PB{sid(2)}"

    last = (await service.client().get(second["next_page_uri"])).json()
    assert [note["sid"] for note in last["notes"]] == [sid(0)]
    assert (last["start"], last["end"], last["next_page_uri"]) == (4, 4, None)

    back = (await service.client().get(last["previous_page_uri"])).json()
    assert [note["sid"] for note in back["notes"]] == [sid(2), sid(1)]
    assert back["next_page_uri"] == second["next_page_uri"]
    assert back["previous_page_uri"] == second["previous_page_uri"]

    again = (await service.client().get(back["previous_page_uri"])).json()
    assert again["notes"] == first["notes"]
    assert again["previous_page_uri"] is None


async def test_new_items_do_not_shift_pages(service):
    service.notes.count = 4
    first = await page(service, "?PageSize=2")
    service.notes.count = 9
    second = (await service.client().get(first["next_page_uri"])).json()
    assert [note["sid"] for note in second["notes"]] == [sid(1), sid(0)]


async def test_a_page_by_number_alone_is_honoured(service):
    service.notes.count = 5
    second = await page(service, "?PageSize=2&Page=1")
    assert [note["sid"] for note in second["notes"]] == [sid(2), sid(1)]
    assert second["next_page_uri"] == f"{BASE}?PageSize=2&Page=2&PageToken=PA{sid(1)}"
    assert second["previous_page_uri"] == f"{BASE}?PageSize=2&Page=0&PageToken=PB{sid(2)}"
    beyond = await page(service, "?PageSize=2&Page=50")
    assert (beyond["notes"], beyond["start"], beyond["end"]) == ([], 0, 0)
    assert (beyond["next_page_uri"], beyond["previous_page_uri"]) == (None, None)


@pytest.mark.parametrize(("asked", "size"), [("5000", 1000), (10**9, 1000), ("9" * 9000, 1000)])
async def test_a_size_above_1000_counts_as_1000(service, asked, size):
    assert (await page(service, f"?PageSize={asked}"))["page_size"] == size


@pytest.mark.parametrize(
    "asked", ["-1", "0", "x", "1.5", "1e3", "%D9%A3", "--1", "+", "%201", "0x10"]
)
async def test_a_size_that_is_no_number_or_below_1_is_refused(service, asked):
    answer = await service.client().get(f"{BASE}?PageSize={asked}")
    assert (answer.status, answer.json()["code"]) == (400, 20001)
    assert answer.json()["message"].startswith("Invalid PageSize: ")
    assert answer.json()["message"].endswith("It must be a whole number, 1 or more")


@pytest.mark.parametrize("asked", ["-1", "x", "9" * 5000, 10**9, "2001"])
async def test_a_page_that_is_no_number_or_too_far_on_is_refused(service, asked):
    answer = await service.client().get(f"{BASE}?Page={asked}")
    assert (answer.status, answer.json()["code"]) == (400, 20001)


async def test_empty_paging_parameters_count_as_absent(service):
    assert (await page(service, "?PageSize=&Page=&PageToken="))["page_size"] == 50


@pytest.mark.parametrize(
    "token",
    [
        "x",
        "PA",
        f"PA{sid(1)}0",
        f"PC{sid(1)}",
        f"pa{sid(1)}",
        f"PASM{'0' * 32}",
        f"PA{PARENT}",
        f"PANO{'g' * 32}",
        "PA%00",
        "9" * 5000,
        f"PA{sid(1)}'%3B--",
    ],
)
async def test_a_token_that_this_list_did_not_make_is_refused(service, token):
    answer = await service.client().get(f"{BASE}?PageToken={token}")
    expected = 20001 if "%00" in token else 21481
    assert (answer.status, answer.json()["code"]) == (400, expected)


async def test_the_token_of_another_accounts_item_shows_nothing_of_it(service):
    answer = await service.client(STRANGER).get(f"{notes(STRANGER)}?PageToken=PA{sid(3)}")
    assert answer.json()["notes"] == []


async def test_a_token_leads_on_even_with_an_absurd_number(service):
    service.notes.count = 3
    answer = await page(service, f"?Page={10**30}&PageToken=PA{sid(2)}")
    assert len(answer["notes"]) == 2


async def test_links_keep_the_filters_in_their_order_and_encoding(service):
    service.notes.count = 60
    query = "?To=%2B123456789&DateSent>=2008-01-02&Unknown=x&Page=0&Tag=a+b&Tag=c,d&PageSize=2"
    uri = f"{BASE}?To=%2B123456789&DateSent%3E=2008-01-02&Tag=a+b&Tag=c%2Cd&PageSize=2&Page="
    answer = await page(service, query)
    assert answer["uri"] == answer["first_page_uri"] == f"{uri}0"
    assert answer["next_page_uri"] == f"{uri}1&PageToken=PA{sid(58)}"


async def test_a_v1_list_has_meta_with_absolute_links(service):
    answer = await service.client().get("/messaging/v1/Diaries?PageSize=2")
    url = f"http://{HOST}/messaging/v1/Diaries?PageSize=2"
    assert answer.json()["meta"] == {
        "page": 0,
        "page_size": 2,
        "first_page_url": f"{url}&Page=0",
        "previous_page_url": None,
        "url": f"{url}&Page=0",
        "next_page_url": f"{url}&Page=1&PageToken=PADI{2:032x}",
        "key": "diaries",
    }
    assert len(answer.json()["diaries"]) == 2
