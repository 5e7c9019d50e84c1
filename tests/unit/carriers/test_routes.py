"""Which carrier serves a recipient."""

from __future__ import annotations

import pytest

from trunkline.carriers import Routes
from trunkline.settings import CarrierRoute

FACTORY = "tests.support.wire_carrier:make"


def test_the_longest_prefix_wins_and_phones_serve_the_rest() -> None:
    routes = Routes.configured(
        [
            CarrierRoute(name="uk", factory=FACTORY, prefixes=["+44"], options={"socket": "/x"}),
            CarrierRoute(
                name="uk-mobile", factory=FACTORY, prefixes=["+447"], options={"socket": "/y"}
            ),
        ]
    )
    assert routes.route("+447700900123") == "uk-mobile"
    assert routes.route("+442079460000") == "uk"
    assert routes.route("+14155550123") == "virtual"


@pytest.mark.parametrize("factory", ["no.such.module:make", "tests.support.wire_carrier:nothing"])
def test_a_carrier_that_cannot_be_made_is_told_in_one_sentence(factory: str) -> None:
    with pytest.raises(ValueError, match=r"^The carrier uk cannot be made from .+\.$"):
        Routes.configured([CarrierRoute(name="uk", factory=factory, prefixes=["+44"])])


def test_two_carriers_of_one_name_are_refused() -> None:
    route = CarrierRoute(name="a", factory=FACTORY, prefixes=["+1"], options={"socket": "/x"})
    with pytest.raises(ValueError, match="taken"):
        Routes.configured([route, route])
    with pytest.raises(ValueError, match="taken"):
        Routes.configured([CarrierRoute(name="virtual", factory=FACTORY, prefixes=["+1"])])
