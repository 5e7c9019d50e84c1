"""Addresses, queries, headers and SIDs that lead nowhere, or to somebody else."""

from __future__ import annotations

import pytest

from tests.support.platform import World
from tests.support.raw_http import ask, connected, form, head, messages, stored

OTHER_KINDS = ("AC", "PN", "MG", "ZZ")


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "//",
        "/2010-04-01",
        "/2010-04-01/",
        "/2010-04-01/Accounts/../../../../etc/passwd",
        "/2010-04-01/Accounts/%2e%2e/%2e%2e/etc/passwd",
        "/2010-04-01/Accounts/..%2f..%2fetc%2fpasswd",
        "/../trunkline/v1/credentials",
        "/2010-04-01//Accounts/{sid}/Messages.json",
        "/2010-04-01/Accounts/{sid}/Messages.json/",
        "/2010-04-01/Accounts/{sid}/Messages.json%00",
        "/2010-04-01/Accounts/{sid}/Messages%2Ejson%FF",
        "/2010-04-01/Accounts/{sid}/Messages.exe",
        "/2010-04-01/Accounts/{sid}/Messages/%ED%A0%80.json",
        "/2010-04-01/Accounts/{sid}/Messages/SM%2F.json",
        "/2010-04-01/Accounts/{sid}/Messages/SM/.json",
        "/2010-04-01/Accounts/{sid}/Messages/;.json",
        "/2010-04-01/Accounts/{sid}/Messages/SM%zz.json",
        "/2010-04-01/Accounts/{sid}/Messages/" + "S" * 30_000 + ".json",
        "/2010-04-01/Accounts/{sid}%00/Messages.json",
        "/2010-04-01/Accounts/{sid} /Messages.json",
        "/messaging/v1/../2010-04-01/Accounts.json",
        "/" + "a/" * 10_000,
        "/%",
        "/%%%",
        "/\xff\xfe",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_a_path_that_leads_nowhere(platform: World, method: str, target: str) -> None:
    path = target.format(sid=platform.account_sid)
    answer = ask(platform, method, path, form(platform) if method == "POST" else b"")
    assert 400 <= answer.status < 500, answer
    assert stored(platform) == []


@pytest.mark.parametrize("method", ["PUT", "PATCH", "TRACE", "PROPFIND", "HEAD", "OPTIONS"])
def test_a_method_that_is_not_served(platform: World, method: str) -> None:
    answer = ask(platform, method, messages(platform))
    assert answer.status in (200, 204, 400, 405)
    if answer.status == 405:
        assert answer.refusal == (405, 20004)
    assert stored(platform) == []


@pytest.mark.parametrize("method", ["get", "GET\t", "\x00", "G" * 10_000])
def test_a_method_that_is_none(platform: World, method: str) -> None:
    with connected(platform) as wire:
        wire.send(head(platform, method, messages(platform)))
        answer = wire.answer()
    assert answer is None or 400 <= answer.status < 500


@pytest.mark.parametrize("page_size", ["-1", "0", "many", "1e3", "٣", "", " ", "9" * 5000, "%00"])
def test_a_page_size_that_is_none(platform: World, page_size: str) -> None:
    answer = ask(platform, "GET", messages(platform, f".json?PageSize={quoted(page_size)}"))
    assert answer.status == 200 if page_size in ("", "9" * 5000) else answer.refusal == (400, 20001)


def test_an_enormous_page_size_is_the_largest_there_is(platform: World) -> None:
    answer = ask(platform, "GET", messages(platform, f".json?PageSize={10**9}"))
    assert (answer.status, answer.told["page_size"]) == (200, 1000)


@pytest.mark.parametrize("page", ["-1", str(10**18), "9" * 5000, "x"])
def test_a_page_that_is_none(platform: World, page: str) -> None:
    assert ask(platform, "GET", messages(platform, f".json?Page={page}")).refusal == (400, 20001)


@pytest.mark.parametrize(
    "token",
    [
        "nonsense",
        "PA",
        "PASM" + "0" * 31,
        "PASM" + "g" * 32,
        "PAPN" + "0" * 32,
        "PXSM" + "0" * 32,
        "PASM" + "0" * 32 + "0",
        "PASM" + "٠" * 32,
        "' OR 1=1 --",
        "x" * 20_000,
    ],
)
def test_a_page_token_that_is_none(platform: World, token: str) -> None:
    answer = ask(platform, "GET", messages(platform, f".json?PageToken={quoted(token)}"))
    assert answer.refusal == (400, 21481)


@pytest.mark.parametrize("name", ["DateSent", "DateSent%3C", "DateSent%3E", "DateSent>"])
@pytest.mark.parametrize(
    ("value", "status"),
    [
        ("0000-00-00", 400),
        ("0000-01-01", 400),
        ("0001-01-01", 200),
        ("9999-12-30", 200),
        ("9999-12-31", 400),  # there is no day after it
        ("9999-12-31T23:59:59-14:00", 400),
        ("0001-01-01T00:00:00%2B14:00", 400),
        ("10000-01-01", 400),
        ("2026-02-30", 400),
        ("-2026-01-01", 400),
        ("2026-01-01T25:00:00Z", 400),
        ("now", 400),
        ("9" * 5000, 400),
        ("٢٠٢٦-٠١-٠١", 400),
    ],
)
def test_a_date_at_the_edge_of_time(platform: World, name: str, value: str, status: int) -> None:
    answer = ask(platform, "GET", messages(platform, f".json?{name}={quoted(value)}"))
    assert answer.status == status
    if status == 400:
        assert answer.refusal == (400, 20422)


def test_what_is_anothers_is_not_found_by_any_way(platform: World, running: World) -> None:
    sid = ask(running, "POST", messages(running), form(running)).told["sid"]
    before = ask(running, "GET", messages(running, f"/{sid}.json")).told
    for method, path in (
        ("GET", messages(running)),
        ("POST", messages(running)),
        ("GET", messages(running, f"/{sid}.json")),
        ("POST", messages(running, f"/{sid}.json")),
        ("DELETE", messages(running, f"/{sid}.json")),
        ("GET", messages(platform, f"/{sid}.json")),
        ("DELETE", messages(platform, f"/{sid}.json")),
        ("POST", messages(platform, f"/{sid}/Feedback.json")),
        ("GET", messages(platform, f"/{sid}/Media.json")),
        ("GET", f"/2010-04-01/Accounts/{running.account_sid}.json"),
        ("GET", f"/2010-04-01/Accounts/{running.account_sid}/Balance.json"),
        ("GET", f"/2010-04-01/Accounts/{running.account_sid}/IncomingPhoneNumbers.json"),
        ("POST", f"/2010-04-01/Accounts/{running.account_sid}/Keys.json"),
    ):
        answer = ask(platform, method, path, b"Body=" if method == "POST" else b"")
        assert answer.refusal == (404, 20404), (method, path)
    redact = ask(platform, "POST", messages(platform, f"/{sid}.json"), b"Body=")
    assert redact.refusal == (404, 20404)
    after = ask(running, "GET", messages(running, f"/{sid}.json")).told
    assert after["body"] == before["body"]
    assert stored(platform) == []


def test_anothers_sids_in_parameters_are_refused(platform: World, running: World) -> None:
    sid = ask(running, "POST", messages(running), form(running)).told["sid"]
    answer = ask(platform, "GET", messages(platform, f".json?PageToken=PA{sid}"))
    assert answer.refusal == (400, 21481)

    made = f"/2010-04-01/Accounts/{running.account_sid}/Applications.json"
    application = ask(running, "POST", made, b"FriendlyName=theirs").told["sid"]
    theirs = form(platform, ApplicationSid=application)
    assert ask(platform, "POST", messages(platform), theirs).status == 400

    from_them = form(platform, From="+15005550006")
    assert ask(platform, "POST", messages(platform), from_them).refusal == (400, 21659)
    assert stored(platform) == []


@pytest.mark.parametrize("kind", OTHER_KINDS)
def test_a_sid_of_another_kind_is_not_found(platform: World, kind: str) -> None:
    answer = ask(platform, "GET", messages(platform, f"/{kind}{'0' * 32}.json"))
    assert answer.refusal == (404, 20404)


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Basic",
        "Basic !!!!",
        "Basic " + "A" * 60_000,
        "Basic Og==",
        "Basic w6k6w6k=",
        "Basic AAAA",
        "Bearer x",
        "Digest username=x",
        "basic\tQUM6eA==",
        "\xff\xfe",
    ],
)
def test_credentials_that_are_none(platform: World, authorization: str | None) -> None:
    given = {"Authorization": authorization}
    answer = ask(platform, "GET", messages(platform), headers=given)
    assert answer.refusal == (401, 20003)
    assert answer.headers["www-authenticate"] == 'Basic realm="Twilio API"'


@pytest.mark.parametrize(
    "host",
    ["", "..", "\x7f", "a" * 5000, "api.twilio.com:99999999", "[::1", "\xe9", "%00", "x y", None],
)
def test_a_host_that_is_nonsense(platform: World, host: str | None) -> None:
    answer = ask(platform, "GET", messages(platform), headers={"Host": host})
    assert answer.status in (200, 400)


@pytest.mark.parametrize("size", [1 << 20, 64 << 20])
def test_an_enormous_header(platform: World, size: int) -> None:
    with connected(platform) as wire:
        wire.send(head(platform, "GET", messages(platform), {"X-Padding": "x" * size}))
        answer = wire.answer()
    # Whoever sends on after the refusal may find the connection closed before the answer.
    assert answer is None or answer.refusal == (431, 20431)


def test_headers_without_end(platform: World) -> None:
    with connected(platform) as wire:
        wire.send(head(platform, "GET", messages(platform))[:-2])
        for n in range(100_000):
            wire.send(b"X-%d: %d\r\n" % (n, n))
        answer = wire.answer()
    assert answer is None or answer.refusal == (431, 20431)


def test_an_address_without_end(platform: World) -> None:
    answer = ask(platform, "GET", "/" + "a" * 60_000)
    assert answer.refusal == (404, 20404)
    with connected(platform) as wire:
        wire.send(head(platform, "GET", "/" + "a" * (1 << 20)))
        refused = wire.answer()
    assert refused is None or refused.refusal[0] in (400, 431)


def test_headers_of_a_usual_size_are_no_trouble(platform: World) -> None:
    given = {f"X-{n}": "x" * 400 for n in range(100)}
    assert ask(platform, "GET", messages(platform), headers=given).status == 200


def quoted(text: str) -> str:
    """Percent-encoded where it must be, to stand in an address as it is meant."""
    from urllib.parse import quote

    return quote(text, safe="%:+-")
