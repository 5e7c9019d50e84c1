"""What the fragment of a URL asks for, and what becomes of mistakes in it."""

from __future__ import annotations

import pytest

from trunkline.webhooks.overrides import Overrides, read_overrides


def test_without_a_fragment_twilios_defaults_hold() -> None:
    overrides, problems = read_overrides("")
    assert problems == ()
    assert (overrides.ct, overrides.rt, overrides.tt, overrides.rc) == (5000, 15000, 15000, 1)
    assert overrides.rp == {"ct"}
    assert overrides.sni is True
    assert overrides.e == ("ashburn",)


def test_every_override_is_read() -> None:
    overrides, problems = read_overrides(
        "rc=2&rp=5xx,rt&ct=1000&rt=5000&tt=12000&sni=n&e=dublin,umatilla"
    )
    assert problems == ()
    assert overrides == Overrides(
        ct=1000,
        rt=5000,
        tt=12000,
        rc=2,
        rp=frozenset({"5xx", "rt"}),
        sni=False,
        e=("dublin", "umatilla"),
    )


def test_all_means_every_failure() -> None:
    assert read_overrides("rp=all")[0].rp == {"4xx", "5xx", "ct", "rt"}


def test_escaped_commas_count() -> None:
    assert read_overrides("rp=4xx%2C5xx")[0].rp == {"4xx", "5xx"}


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [("ct", 100, 10_000), ("rt", 100, 15_000), ("tt", 100, 15_000), ("rc", 0, 5)],
)
def test_numbers_have_their_bounds(name: str, least: int, most: int) -> None:
    for value in (least, most):
        overrides, problems = read_overrides(f"{name}={value}")
        assert (getattr(overrides, name), problems) == (value, ())
    for bad in (least - 1, most + 1, "", "1e2", "+200", " 200", "²", "9" * 4000):
        overrides, problems = read_overrides(f"{name}={bad}")
        assert overrides == Overrides()
        assert [problem.code for problem in problems] == [11243]
        assert f"'{name}'" in problems[0].message


@pytest.mark.parametrize(
    ("fragment", "code"),
    [
        ("rp=5xx,6xx", 11243),
        ("rp=", 11243),
        ("sni=yes", 11243),
        ("e=atlantis", 11240),
        ("e=ashburn,atlantis-ix", 11240),
        ("e=", 11240),
        ("e=ashburn,ashburn-ix", 11242),
    ],
)
def test_a_bad_value_leaves_the_default_and_is_told(fragment: str, code: int) -> None:
    overrides, problems = read_overrides(f"rc=3&{fragment}")
    assert overrides == Overrides(rc=3)
    assert [problem.code for problem in problems] == [code]


@pytest.mark.parametrize("fragment", ["section", "rc", "/route?rc=9", "page=2&RC=9", "&&=&", "e"])
def test_a_fragment_for_another_purpose_is_no_mistake(fragment: str) -> None:
    assert read_overrides(fragment) == (Overrides(), ())


def test_the_last_of_several_values_counts() -> None:
    assert read_overrides("rc=9&rc=2") == (Overrides(rc=2), ())
    overrides, problems = read_overrides("rc=2&rc=9")
    assert overrides.rc == 1
    assert len(problems) == 1
