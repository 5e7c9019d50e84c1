import pytest

from tests.unit.rest.notes_api import NOTE, PARENT, Diaries, Notes
from trunkline.rest.errors import ApiError
from trunkline.rest.operation import bound_operations
from trunkline.rest.router import Router


class Resource:
    pass


@pytest.fixture(scope="module")
def router():
    return Router(bound_operations(Notes(), Diaries()))


def found(router, target, *, host="127.0.0.1:8080", method="GET"):
    place = router.locate(host.encode(), target.encode("latin-1"))
    route = router.find(place, method)
    return route.bound.operation.name, route.path, place, route.xml


def refusal(router, target, *, host="127.0.0.1:8080", method="GET"):
    with pytest.raises(ApiError) as caught:
        found(router, target, host=host, method=method)
    return caught.value


CLASSIC = f"/2010-04-01/Accounts/{PARENT}/Notes"


@pytest.mark.parametrize(
    "host",
    [
        "api.twilio.com",
        "API.Twilio.com",
        "api.dublin.ie1.twilio.com",
        "api.trunkline.example.com:8443",
        "127.0.0.1:8080",
        "[::1]:8080",
        "messaging.localhost:8080",
        "",
    ],
)
def test_the_2010_api_is_found_on_any_host(router, host):
    assert found(router, f"{CLASSIC}.json", host=host)[0] == "ListNote"
    assert found(router, f"/api{CLASSIC}.json", host=host)[0] == "ListNote"


@pytest.mark.parametrize(
    "host",
    [
        "messaging.twilio.com",
        "messaging.localhost:8080",
        "messaging.sydney.au1.twilio.com",
        "messaging",
    ],
)
def test_a_product_is_named_by_the_first_label_of_the_host(router, host):
    name, _, place, _ = found(router, "/v1/Diaries", host=host)
    assert name == "ListDiary"
    assert (place.product, place.prefix, place.resource) == ("messaging", "", "/Diaries")


def test_a_product_is_named_by_a_prefix_of_the_path_whatever_the_host(router):
    for host in ("127.0.0.1:8080", "api.trunkline.example.com", "messaging.twilio.com"):
        name, _, place, _ = found(router, "/messaging/v1/Diaries", host=host)
        assert name == "ListDiary"
        assert (place.prefix, place.resource) == ("/messaging", "/Diaries")


def test_a_version_without_a_product_is_not_found(router):
    assert refusal(router, "/v1/Diaries").code == 20404
    assert refusal(router, "/v1/Diaries", host="video.twilio.com").code == 20404
    assert refusal(router, "/video/v1/Rooms").code == 20404


def test_the_suffix_chooses_the_representation(router):
    for suffix, xml in (("", True), (".xml", True), (".json", False)):
        name, path, place, told_in_xml = found(router, f"{CLASSIC}/{NOTE}{suffix}")
        assert (name, path["Sid"], told_in_xml) == ("FetchNote", NOTE, xml)
        assert place.suffix == suffix[1:]
        assert place.resource == f"{CLASSIC}/{NOTE}{suffix}"


def test_an_operation_that_does_not_speak_xml_answers_json_without_a_suffix(router):
    assert found(router, f"{CLASSIC}/{NOTE}/Picture")[3] is False
    assert found(router, f"{CLASSIC}/{NOTE}/Picture.png")[2].suffix == "png"
    assert refusal(router, f"{CLASSIC}/{NOTE}/Picture.xml").code == 20404


def test_a_format_that_is_not_declared_is_not_found(router):
    for suffix in (".csv", ".html", ".JSON", ".png", "."):
        assert refusal(router, f"{CLASSIC}{suffix}").code == 20404


def test_the_v1_products_have_no_suffix(router):
    assert refusal(router, "/messaging/v1/Diaries.json").code == 20404


def test_a_path_that_is_not_there_is_told_with_its_suffix(router):
    error = refusal(router, f"{CLASSIC}/{NOTE}/Pages.json")
    assert error.status == 404
    expected = f"The requested resource {CLASSIC}/{NOTE}/Pages.json was not found"
    assert error.message == expected


def test_a_v1_path_is_told_without_its_version(router):
    error = refusal(router, "/v1/Nowhere", host="messaging.twilio.com")
    assert error.message == "The requested resource /Nowhere was not found"


@pytest.mark.parametrize(
    "target",
    [
        "",
        "/",
        "//",
        "/2010-04-01",
        "/2010-04-01.json",
        f"{CLASSIC}/",
        f"{CLASSIC}//{NOTE}.json",
        f"//2010-04-01/Accounts/{PARENT}/Notes.json",
        f"{CLASSIC}/.json",
        f"{CLASSIC}/{NOTE}%00.json",
        f"{CLASSIC}/%00.json",
        f"{CLASSIC}/{NOTE[:-1]}.json",
        f"{CLASSIC}/{NOTE}a.json",
        f"{CLASSIC}/no{'a' * 32}.json",
        f"{CLASSIC}/%ED%A0%80.json",
        f"{CLASSIC}/%FF.json",
        f"{CLASSIC}/\xe9.json",
        f"{CLASSIC}/..%2F..%2Fetc.json",
        f"/2010-04-01/Accounts/{PARENT}/Papers/U%00S/Local.json",
        f"/2010-04-01/Accounts/{PARENT}/Papers/{'U' * 65}/Local.json",
        f"/2010-04-01/Accounts/{PARENT}/Papers//Local.json",
        f"/2010-04-01/accounts/{PARENT}/Notes.json",
        "/messaging/v1",
        "/messaging/v1/",
        "/messaging",
        "/api",
        "/" + "a/" * 5000,
        "/%",
    ],
)
def test_odd_paths_are_not_found(router, target):
    assert refusal(router, target).code == 20404


def test_values_of_the_path_are_decoded(router):
    path = found(router, f"/2010-04-01/Accounts/{PARENT}/Papers/%2BG%C3%A9%2F/Local.json")[1]
    assert path["CountryCode"] == "+Gé/"
    assert found(router, f"/2010-04-01/%41ccounts/{PARENT}/Notes.json")[0] == "ListNote"


def test_sids_are_told_in_lower_case(router):
    assert found(router, f"{CLASSIC}/NO{'A' * 32}.json")[1]["Sid"] == NOTE


def test_a_word_of_the_path_wins_over_a_name(router):
    assert found(router, f"{CLASSIC}/Slow.json", method="POST")[0] == "SlowNote"


def test_another_method_is_refused_with_those_that_are_allowed(router):
    error = refusal(router, f"{CLASSIC}/{NOTE}.json", method="POST")
    assert (error.code, error.status) == (20004, 405)
    assert error.headers["Allow"] == "DELETE, GET, HEAD, OPTIONS"
    assert refusal(router, f"{CLASSIC}.json", method="BREW").code == 20004


def test_head_is_routed_as_get(router):
    assert found(router, f"{CLASSIC}.json", method="HEAD")[0] == "ListNote"
    assert refusal(router, f"{CLASSIC}/Slow.json", method="HEAD").code == 20004


def test_made_up_hosts_do_not_fill_the_memory(router):
    for number in range(2000):
        router.locate(f"h{number}.example.com".encode(), b"/v1/Diaries")
    assert len(router._hosts) <= 256


def test_two_operations_at_one_address_are_a_mistake():
    with pytest.raises(ValueError, match="two operations for GET"):
        Router([*bound_operations(Diaries()), *bound_operations(Diaries())])
