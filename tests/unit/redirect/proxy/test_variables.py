from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from trunkline.redirect.hosts import TWILIO
from trunkline.redirect.proxy import (
    Authority,
    Routes,
    TrustFiles,
    proxied_environment,
    variables,
)

ROUTES = Routes.read({"http://127.0.0.1:8080": TWILIO})
URL = "http://trunkline:token@127.0.0.1:4000"


@pytest.fixture
def files(tmp_path: Path) -> TrustFiles:
    folder = tmp_path / "a folder"
    folder.mkdir()
    return TrustFiles(folder, Authority(["twilio.com"], tmp_path).certificate)


def made(files: TrustFiles, **base: str) -> dict[str, str]:
    return proxied_environment({"PATH": "", **base}, 4000, "token", ROUTES, files)


def test_every_way_to_name_a_proxy_names_ours(files: TrustFiles) -> None:
    found = made(files, HTTPS_PROXY="http://corporate:3128")
    names = ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy")
    assert [found[name] for name in names] == [URL] * 4
    assert not {"ALL_PROXY", "all_proxy"} & set(found)
    assert found["TRUNKLINE_PROXY"] == "127.0.0.1:4000"
    assert made(files, all_proxy="http://corporate:3128")["all_proxy"] == URL


def test_this_machine_is_reached_directly_and_no_redirected_host_is(files: TrustFiles) -> None:
    found = made(files, NO_PROXY=" .internal ,twilio.com,10.0.0.0/8,.com,localhost,*,")
    assert found["NO_PROXY"] == found["no_proxy"]
    assert found["no_proxy"] == "localhost,127.0.0.1,::1,.internal,10.0.0.0/8"


def test_lower_case_counts_first(files: TrustFiles) -> None:
    assert made(files, NO_PROXY="upper", no_proxy="lower")["NO_PROXY"].endswith(",lower")


def test_certificates_are_named_for_everybody(files: TrustFiles) -> None:
    found = made(files)
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        assert found[name] == str(files.with_system())
    for name in ("NODE_EXTRA_CA_CERTS", "DENO_CERT"):
        assert found[name] == str(files.with_extra())
    assert not {"TWILIO_CA_BUNDLE", "NIX_SSL_CERT_FILE", "JAVA_TOOL_OPTIONS"} & set(found)
    found = made(files, TWILIO_CA_BUNDLE="/none", NIX_SSL_CERT_FILE="/none")
    for name in ("TWILIO_CA_BUNDLE", "NIX_SSL_CERT_FILE"):
        assert found[name] == str(files.with_system())


def test_settings_of_php_come_behind_its_own(files: TrustFiles) -> None:
    ours = str(files.php_settings())
    assert made(files)["PHP_INI_SCAN_DIR"] == f":{ours}"
    assert made(files, PHP_INI_SCAN_DIR="/etc/php")["PHP_INI_SCAN_DIR"] == f"/etc/php:{ours}"


@pytest.mark.parametrize("password", [True, False])
def test_java_is_told_by_properties(
    files: TrustFiles, monkeypatch: pytest.MonkeyPatch, password: bool
) -> None:
    monkeypatch.setattr(variables, "JAVA_PASSWORD", password)
    found = made(files, JAVA_HOME="/opt/java", JAVA_TOOL_OPTIONS="-Xmx1g", NO_PROXY=".internal")
    options = shlex.split(found["JAVA_TOOL_OPTIONS"])  # a path with a space is quoted
    assert options[0] == "-Xmx1g"
    properties = dict(option[2:].split("=", 1) for option in options[1:])
    assert properties["https.proxyHost"] == properties["http.proxyHost"] == "127.0.0.1"
    assert properties["https.proxyPort"] == properties["http.proxyPort"] == "4000"
    assert properties["http.nonProxyHosts"] == "localhost|127.0.0.1|[::1]|*.internal"
    assert properties["javax.net.ssl.trustStore"] == str(files.java_store())
    assert properties.get("https.proxyPassword") == ("token" if password else None)


def test_within_itself_the_inner_proxy_counts(files: TrustFiles) -> None:
    outer = proxied_environment({"PATH": ""}, 5000, "outer", ROUTES, files)
    inner = made(files, **outer)
    assert {inner[name] for name in outer if name.lower().endswith("s_proxy")} == {URL}
