"""What holds for every connector, whoever declares the next one."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from trunkline.gateway.connectors import (
    CONNECTORS,
    Connector,
    Injected,
    Method,
    fill,
    fill_path,
    resolve_target,
)

VALUES = {"base_url": "https://a.example/v1"}
METHODS = [
    pytest.param(connector, method, id=f"{connector.key}-{method.key}")
    for connector in CONNECTORS
    for method in connector.methods
]


@pytest.mark.parametrize("connector", CONNECTORS, ids=lambda connector: connector.key)
def test_a_connector_is_whole(connector: Connector) -> None:
    assert re.fullmatch(r"[a-z]+", connector.key)
    assert connector.description.endswith(".")
    assert connector.methods
    keys = [method.key for method in connector.methods]
    assert len(set(keys)) == len(keys)
    assert connector.method(None) is connector.methods[0]
    assert connector.method("nothing") is None
    assert connector.method(keys[-1]) is connector.methods[-1]
    assert not connector.app_url or connector.app_url.startswith("https://")


@pytest.mark.parametrize("connector", CONNECTORS, ids=lambda connector: connector.key)
def test_base_urls_and_probes_lead_to_the_provider(connector: Connector) -> None:
    for base_url in (connector.base_url, *connector.apps.values()):
        assert resolve_target(connector, VALUES, "/x", base_url).path_qs.endswith("/x")
    for method in connector.methods:
        entered = {field.key: "x" for field in method.fields} | {"account_sid": "x"}
        for probe in connector.probes(method):
            assert resolve_target(connector, VALUES, fill_path(probe.path, entered))


@pytest.mark.parametrize(("connector", "method"), METHODS)
def test_a_method_asks_for_what_it_needs(connector: Connector, method: Method) -> None:
    fields = {field.key: field for field in method.fields}
    assert len(fields) == len(method.fields)
    assert (method.oauth is not None) is (method.kind == "OAUTH2")
    assert (not method.fields) is (method.kind == "PLATFORM")
    for field in method.fields:
        assert field.label[0].isupper()
        assert not (field.secret and field.setting), "a secret would be readable"
        if field.pattern is not None:
            for bad in ("\r\n", "a\r\nX: y", "\x00"):
                assert not re.fullmatch(field.pattern, bad)
    secret = re.compile("secret|password|token$|^api_key$|^key$")
    for key, field in fields.items():
        if secret.search(key) and (connector.key, key) not in {("twilio", "api_key")}:
            assert field.secret or connector.key == "vonage"


@pytest.mark.parametrize("method", [method for each in CONNECTORS for method in each.methods])
def test_a_method_authorises_with_what_was_entered(method: Method) -> None:
    # Settings are not sealed, so `apply` does not see them.
    entered = {field.key: f"value-{field.key}" for field in method.fields if not field.setting}
    entered |= {"access_token": "value-access", "account_sid": "AC0", "auth_token": "value-auth"}
    injected = method.apply(entered)
    assert len(injected.headers) + len(injected.query) == 1
    assert "value" not in repr(injected), "a log would show it"
    for name, value in injected.headers.items():
        assert re.fullmatch(r"[A-Za-z0-9-]+", name)
        assert re.fullmatch(r"[!-~][ -~]*", value)


def test_injected_values_are_not_shown() -> None:
    assert "hidden" not in repr(Injected(headers={"a": "hidden"}, query={"b": "hidden"}))


def test_a_connector_without_a_probe_has_none() -> None:
    connector = CONNECTORS[0]
    assert connector.probes(connector.methods[0]) == (connector.probe,)
    assert replace(connector, probe=None).probes(connector.methods[0]) == ()


def test_values_are_filled_in() -> None:
    assert fill("{a}/{b}/{a}{", {"a": "1/2", "b": "{a}"}) == "1/2/{a}/1/2{"
    assert fill_path("/{a}", {"a": "../é?#%"}) == "/..%2F%C3%A9%3F%23%25"
    for missing in ({}, {"a": ""}, {"a": None}, {"a": 1}):
        with pytest.raises(KeyError, match="a"):
            fill("{a}", missing)
