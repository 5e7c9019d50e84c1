"""The sender of a message never breaks a rule of behaviour 5.2, whatever is in the pool."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.messaging.services.choose_from_pool import (
    EMPTY_POOL,
    NONE_USABLE,
    Choice,
    NoSender,
    choose_from_pool,
)
from trunkline.messaging.services.model import PoolSender, SenderKind, Service
from trunkline.messaging.services.pool import Member, Pool
from trunkline.numbers import OwnNumber, country
from trunkline.numbers.overlays import area_codes_beside

ACCOUNT = "AC" + "1" * 32
WORLD = "0" * 32


def service(*senders: PoolSender, **changes: object) -> Service:
    values: dict[str, object] = {
        "sid": "MG" + "2" * 32,
        "account_sid": ACCOUNT,
        "world_id": WORLD,
        "inbound_request_url": None,
        "inbound_method": "POST",
        "fallback_url": None,
        "fallback_method": "POST",
        "status_callback": None,
        "sticky_sender": True,
        "mms_converter": True,
        "smart_encoding": False,
        "area_code_geomatch": True,
        "validity_period": 36_000,
        "use_inbound_webhook_on_number": False,
        "senders": senders,
        **changes,
    }
    return Service(**values)  # type: ignore[arg-type]


def entry(kind: SenderKind, sender: str, iso_country: str | None = None) -> PoolSender:
    return PoolSender(kind=kind, sid="PN" + "3" * 32, sender=sender, iso_country=iso_country)


def own(number: str, **changes: object) -> OwnNumber:
    values: dict[str, object] = {
        "sid": "PN" + "3" * 32,
        "account_sid": ACCOUNT,
        "phone_number": number,
        "type": "local",
        "iso_country": country(number) or "US",
        "voice_capable": True,
        "sms_capable": True,
        "mms_capable": True,
        "sms_url": None,
        "sms_method": "POST",
        "sms_fallback_url": None,
        "sms_fallback_method": "POST",
        "sms_application_sid": None,
        **changes,
    }
    return OwnNumber(**values)  # type: ignore[arg-type]


def channel(address: str, **changes: object) -> OwnNumber:
    return own(address, type=address.partition(":")[0], iso_country="ZZ", **changes)


def pool_of(found: Service, *numbers: OwnNumber) -> Pool:
    known = {number.phone_number: number for number in numbers}
    return Pool(found, lambda _, number: known.get(number))


def numbers_pool(*numbers: str, **changes: object) -> Pool:
    owned = [own(number) for number in numbers]
    return pool_of(service(*(entry("number", n) for n in numbers), **changes), *owned)


SAN_FRANCISCO, OAKLAND, NEW_YORK = "+14155550100", "+15105550101", "+12125550102"
TORONTO, LONDON, BERLIN = "+14165550103", "+447700900100", "+4915112345678"
TOLL_FREE = "+18005550104"


def test_an_empty_pool_and_one_without_usable_senders_have_their_own_codes() -> None:
    with pytest.raises(NoSender) as empty:
        choose_from_pool(pool_of(service()), NEW_YORK, media=False)
    assert empty.value.code == EMPTY_POOL
    released = pool_of(service(entry("number", NEW_YORK)))
    with pytest.raises(NoSender) as none:
        choose_from_pool(released, SAN_FRANCISCO, media=False)
    assert none.value.code == EMPTY_POOL
    mute = pool_of(service(entry("number", NEW_YORK)), own(NEW_YORK, sms_capable=False))
    with pytest.raises(NoSender) as none:
        choose_from_pool(mute, SAN_FRANCISCO, media=False)
    assert none.value.code == NONE_USABLE


def test_a_number_that_was_given_to_another_account_is_not_used() -> None:
    pool = pool_of(service(entry("number", NEW_YORK)), own(NEW_YORK, account_sid="AC" + "9" * 32))
    with pytest.raises(NoSender):
        choose_from_pool(pool, SAN_FRANCISCO, media=False)


@pytest.mark.parametrize(
    ("recipient", "expected", "reason"),
    [
        ("+14155550199", SAN_FRANCISCO, "area_code"),
        ("+16285550199", SAN_FRANCISCO, "area_code"),  # laid over 415
        ("+15105550199", OAKLAND, "area_code"),
        ("+14165550199", TORONTO, "area_code"),
        ("+6475550199", TORONTO, "any"),  # of New Zealand's +64, not of Toronto's 647
        ("+16475550199", TORONTO, "area_code"),  # laid over 416
        ("+16045550199", TORONTO, "country"),
        ("+447700900199", LONDON, "country"),
    ],
)
def test_the_country_and_the_area_code_decide(recipient: str, expected: str, reason: str) -> None:
    pool = numbers_pool(SAN_FRANCISCO, OAKLAND, TORONTO, LONDON)
    choice = choose_from_pool(pool, recipient, media=False)
    assert choice.reason == reason
    if reason != "any":
        assert choice.member.sender == expected


def test_without_geomatch_the_area_code_is_of_no_matter() -> None:
    pool = numbers_pool(SAN_FRANCISCO, NEW_YORK, area_code_geomatch=False)
    chosen = {choose_from_pool(pool, "+14155550199", media=False).member.sender for _ in range(2)}
    assert chosen == {SAN_FRANCISCO, NEW_YORK}


def test_where_no_number_is_of_the_country_one_of_the_united_states_is_used() -> None:
    pool = numbers_pool(LONDON, NEW_YORK)
    assert choose_from_pool(pool, BERLIN, media=False).member.sender == NEW_YORK
    assert choose_from_pool(numbers_pool(LONDON), BERLIN, media=False).member.sender == LONDON


def test_canada_gets_toll_free_numbers_first() -> None:
    numbers = own(TORONTO), own(TOLL_FREE, type="tollfree")
    found = service(entry("number", TORONTO), entry("number", TOLL_FREE))
    pool = pool_of(found, *numbers)
    assert choose_from_pool(pool, "+14165550199", media=False).member.sender == TOLL_FREE
    assert choose_from_pool(pool, "+16045550199", media=False).member.sender == TOLL_FREE


def test_types_come_before_places() -> None:
    found = service(
        entry("number", LONDON),
        entry("number", NEW_YORK),
        entry("short_code", "12345"),
        entry("alpha", "ACME"),
        entry("destination_alpha", "ACMEUK", "GB"),
    )
    code = own("12345", type="short_code", iso_country="US")
    pool = pool_of(found, own(LONDON), own(NEW_YORK), code)
    assert choose_from_pool(pool, "+12125550199", media=False).member.sender == "12345"
    assert choose_from_pool(pool, "+447700900199", media=False).member.sender == "ACMEUK"
    assert choose_from_pool(pool, BERLIN, media=False).member.sender == "ACME"
    assert choose_from_pool(pool, "+14165550199", media=False).member.sender == NEW_YORK


def test_a_recipient_keeps_its_sender_while_that_is_good_for_it() -> None:
    pool = numbers_pool(SAN_FRANCISCO, NEW_YORK)
    kept = choose_from_pool(pool, "+14155550199", media=False, sticky=NEW_YORK)
    assert (kept.member.sender, kept.reason) == (NEW_YORK, "sticky")
    gone = choose_from_pool(pool, "+14155550199", media=False, sticky=OAKLAND)
    assert gone.member.sender == SAN_FRANCISCO
    # Used from abroad, until a number of the recipient's own country is there.
    assert choose_from_pool(pool, LONDON, media=False, sticky=NEW_YORK).reason == "sticky"
    nearer = numbers_pool(NEW_YORK, LONDON)
    assert choose_from_pool(
        nearer, "+447700900199", media=False, sticky=NEW_YORK
    ).member.sender == (LONDON)


@pytest.mark.parametrize(
    ("kind", "sender", "iso_country"),
    [("short_code", "60123", None), ("destination_alpha", "ACME", "GB")],
)
def test_a_short_code_or_name_of_the_recipients_country_ends_what_it_is_used_to(
    kind: SenderKind, sender: str, iso_country: str | None
) -> None:
    found = service(entry("number", NEW_YORK), entry(kind, sender, iso_country))
    code = own(sender, type="short_code", iso_country="GB")
    pool = pool_of(found, own(NEW_YORK), *([code] if kind == "short_code" else []))
    chosen = choose_from_pool(pool, LONDON, media=False, sticky=NEW_YORK)
    assert (chosen.member.sender, chosen.reason != "sticky") == (sender, True)
    abroad = choose_from_pool(pool, "+33123456789", media=False, sticky=NEW_YORK)
    assert abroad.reason == "sticky"


def test_media_want_a_sender_that_can_or_become_a_link() -> None:
    numbers = own(SAN_FRANCISCO, mms_capable=False), own(NEW_YORK)
    found = entry("number", SAN_FRANCISCO), entry("number", NEW_YORK)
    able = choose_from_pool(pool_of(service(*found), *numbers), "+14155550199", media=True)
    assert (able.member.sender, able.as_link) == (NEW_YORK, False)
    only = pool_of(service(found[0]), numbers[0])
    assert choose_from_pool(only, "+14155550199", media=True).as_link
    strict = pool_of(service(found[0], mms_converter=False), numbers[0])
    with pytest.raises(NoSender) as none:
        choose_from_pool(strict, "+14155550199", media=True)
    assert none.value.code == NONE_USABLE


def test_channels_are_for_their_own_addresses_alone() -> None:
    found = service(
        entry("number", NEW_YORK),
        entry("channel", "whatsapp:+14155550100"),
        entry("channel", "rcs:brand"),
    )
    known = channel("whatsapp:+14155550100"), channel("rcs:brand")
    pool = pool_of(found, own(NEW_YORK), *known)
    chosen = choose_from_pool(pool, "whatsapp:+12125550199", media=True)
    assert chosen.member.sender == "whatsapp:+14155550100"
    assert choose_from_pool(pool, "+12125550199", media=False).member.sender == NEW_YORK
    with pytest.raises(NoSender):
        choose_from_pool(pool, "messenger:123", media=False)


@pytest.mark.parametrize("changes", [{"sms_capable": False}, {"account_sid": "AC" + "9" * 32}])
def test_a_channels_sender_that_is_not_online_or_not_ours_is_not_used(
    changes: dict[str, object],
) -> None:
    address = "whatsapp:+14155550100"
    pool = pool_of(service(entry("channel", address)), channel(address, **changes))
    with pytest.raises(NoSender) as none:
        choose_from_pool(pool, "whatsapp:+12125550199", media=False)
    assert none.value.code == NONE_USABLE
    assert address not in pool.members  # it cannot be named as From either


def test_who_is_used_to_a_name_keeps_it_whatever_other_countries_have_it() -> None:
    names = [entry("destination_alpha", "ACME", where) for where in ("GB", "DE")]
    pool = pool_of(service(entry("destination_alpha", "Other", "GB"), *names))
    chosen = choose_from_pool(pool, "+447700900199", media=False, sticky="ACME")
    assert (chosen.member.sender, chosen.reason) == ("ACME", "sticky")


def test_a_number_that_was_released_and_bought_again_is_not_in_the_pool() -> None:
    """Until the pool is read again, it has the old one."""
    again = own(NEW_YORK, sid="PN" + "4" * 32)
    pool = pool_of(service(entry("number", NEW_YORK)), again)
    with pytest.raises(NoSender) as none:
        choose_from_pool(pool, "+12125550199", media=False)
    assert none.value.code == EMPTY_POOL


def test_equals_are_used_evenly_and_those_that_wait_last() -> None:
    numbers = [f"+1212555{n:04}" for n in range(7)]
    pool = numbers_pool(*numbers)
    used = Counter(
        choose_from_pool(pool, "+12125559999", media=False).member.sender for _ in range(70)
    )
    assert set(used.values()) == {10}
    free = choose_from_pool(
        pool, "+12125559999", media=False, busy=lambda sender: sender != numbers[3]
    )
    assert free.member.sender == numbers[3]
    # All wait: one of them has to do.
    assert choose_from_pool(pool, "+12125559999", media=False, busy=lambda _: True)


RECIPIENTS = st.one_of(
    st.sampled_from(["+14155550199", "+16285550198", "+16475550197", "+447700900199", BERLIN]),
    st.sampled_from(["whatsapp:+14155550199", "rcs:+14155550199", "+18765550196", TOLL_FREE]),
)
NUMBERS = st.sampled_from(
    [SAN_FRANCISCO, OAKLAND, NEW_YORK, TORONTO, LONDON, TOLL_FREE, "+18765550105"]
)


@st.composite
def pools(draw: st.DrawFn) -> Pool:
    owned = []
    senders = []
    for number in draw(st.lists(NUMBERS, unique=True)):
        kind = "tollfree" if number == TOLL_FREE else "local"
        mms = draw(st.booleans())
        senders.append(entry("number", number))
        if draw(st.integers(0, 4)):  # else it was released
            owned.append(
                own(number, type=kind, mms_capable=mms, sms_capable=bool(draw(st.integers(0, 5))))
            )
    for code, where in draw(st.sets(st.sampled_from([("12345", "US"), ("60006", "GB")]))):
        senders.append(entry("short_code", code))
        owned.append(own(code, type="short_code", iso_country=where, mms_capable=False))
    senders += [entry("alpha", a) for a in draw(st.sets(st.sampled_from(["ACME", "Other"])))]
    senders += [
        entry("destination_alpha", "ACMEUK", where)
        for where in draw(st.sets(st.sampled_from(["GB", "US"])))
    ]
    for address in draw(st.sets(st.sampled_from(["whatsapp:+14155550100", "rcs:brand"]))):
        senders.append(entry("channel", address))
        owned.append(channel(address, sms_capable=draw(st.booleans())))
    found = service(
        *draw(st.permutations(senders)),
        mms_converter=draw(st.booleans()),
        area_code_geomatch=draw(st.booleans()),
    )
    return pool_of(found, *owned)


@given(
    pool=pools(),
    recipient=RECIPIENTS,
    media=st.booleans(),
    sticky=st.one_of(st.none(), NUMBERS, st.just("12345"), st.just("ACME")),
)
def test_no_choice_breaks_a_rule(
    pool: Pool, recipient: str, media: bool, sticky: str | None
) -> None:
    where = country(recipient) if ":" not in recipient else None
    choice, code = _outcome(pool, recipient, media, sticky)
    if choice is None:
        assert (code == EMPTY_POOL) == pool.empty
        # A number can always be used, if need be without the media themselves.
        assert ":" in recipient or not [
            m
            for m in all_of(pool)
            if m.kind in ("local", "tollfree")
            and m.sender != recipient
            and (not media or m.mms or pool.service.mms_converter)
        ]
        return
    member = choice.member
    assert member in pool.members[member.sender]
    assert member.sender != recipient
    assert choice.as_link == (media and not member.mms)
    if media:
        assert member.mms or pool.service.mms_converter
    assert (member.kind == "channel") == (":" in recipient)
    if ":" in recipient:
        assert member.sender.split(":")[0] == recipient.split(":")[0]
        return
    if member.kind == "alphanumeric":
        assert not recipient.startswith("+1")
        assert member.iso_country in (None, where)
    if member.kind == "short_code":
        assert member.iso_country == where
    able = [
        m
        for m in all_of(pool)
        if m.kind in ("local", "tollfree") and m.sender != recipient and (not media or m.mms)
    ]
    if choice.reason in ("any", "country") and not choice.as_link:
        home = [m for m in able if m.iso_country == where]
        assert not home or member.iso_country == where
        if pool.service.area_code_geomatch and where in ("US", "CA"):
            near = {recipient[2:5], *area_codes_beside(recipient[2:5])}
            assert not [m for m in able if m.kind == "local" and m.sender[2:5] in near]


def all_of(pool: Pool) -> list[Member]:
    return [member for members in pool.members.values() for member in members]


def _outcome(
    pool: Pool, recipient: str, media: bool, sticky: str | None
) -> tuple[Choice | None, int | None]:
    try:
        return choose_from_pool(pool, recipient, media=media, sticky=sticky), None
    except NoSender as none:
        return None, none.code
