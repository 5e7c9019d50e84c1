"""The variables by which programs of every language use the proxy and believe its certificates."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Mapping

from trunkline.redirect.hosts import PROXY_VARIABLE
from trunkline.redirect.proxy.routes import Routes
from trunkline.redirect.proxy.trust import TrustFiles

__all__ = ["proxied_environment"]

USER = "trunkline"
LOOPBACK = ("localhost", "127.0.0.1", "::1")
# What a program believes instead of the system's certificates, and what it believes besides.
INSTEAD = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
BESIDES = ("NODE_EXTRA_CA_CERTS", "DENO_CERT")
INSTEAD_WHERE_SET = ("HTTPLIB2_CA_CERTS", "NIX_SSL_CERT_FILE", "TWILIO_CA_BUNDLE")
# Beside the JDK's own client, which cannot send a password: Apache's, which twilio-java uses.
JAVA_PASSWORD = not sys.platform.startswith("linux")


def proxied_environment(
    base: Mapping[str, str], port: int, token: str, routes: Routes, trust: TrustFiles
) -> dict[str, str]:
    """`base` with what leads through the proxy on `port` of 127.0.0.1. Raises OSError."""
    url = f"http://{USER}:{token}@127.0.0.1:{port}"
    bypassed = ",".join(_bypassed(base, routes))
    made = dict(base)
    for name in ("http_proxy", "https_proxy"):
        made[name] = made[name.upper()] = url
    for name in ("all_proxy", "ALL_PROXY"):
        if base.get(name):
            made[name] = url
    made[PROXY_VARIABLE] = f"127.0.0.1:{port}"
    made["no_proxy"] = made["NO_PROXY"] = bypassed
    for name in INSTEAD:
        made[name] = str(trust.with_system(base.get(name, "")))
    for name in INSTEAD_WHERE_SET:
        if base.get(name):
            made[name] = str(trust.with_system(base[name]))
    for name in BESIDES:
        made[name] = str(trust.with_extra(base.get(name, "")))
    # An empty entry stands for the folders that PHP was built with.
    scanned = base.get("PHP_INI_SCAN_DIR", "")
    made["PHP_INI_SCAN_DIR"] = f"{scanned}{os.pathsep}{trust.php_settings()}"
    made["WGETRC"] = str(trust.wget_settings(base.get("WGETRC") or "~/.wgetrc"))
    if base.get("JAVA_HOME") or shutil.which("java", path=base.get("PATH")):
        before = base.get("JAVA_TOOL_OPTIONS", "")
        options = _java_options(port, token, bypassed, str(trust.java_store()))
        made["JAVA_TOOL_OPTIONS"] = " ".join([*([before] if before else []), *options])
    return made


def _bypassed(base: Mapping[str, str], routes: Routes) -> Iterable[str]:
    """This machine, and the user's own entries but those that take in a redirected host."""
    entries = (base.get("no_proxy") or base.get("NO_PROXY") or "").split(",")
    kept = [entry.strip() for entry in entries if entry.strip()]
    return dict.fromkeys([*LOOPBACK, *(each for each in kept if not routes.covers_one(each))])


def _java_options(port: int, token: str, bypassed: str, store: str) -> list[str]:
    direct = "|".join(
        f"*{entry}" if entry.startswith(".") else f"[{entry}]" if ":" in entry else entry
        for entry in bypassed.split(",")
    )
    options = {"http.nonProxyHosts": direct}
    for scheme in ("http", "https"):
        options[f"{scheme}.proxyHost"] = "127.0.0.1"
        options[f"{scheme}.proxyPort"] = str(port)
        if JAVA_PASSWORD:
            options[f"{scheme}.proxyUser"] = USER
            options[f"{scheme}.proxyPassword"] = token
    options["javax.net.ssl.trustStore"] = store
    options["javax.net.ssl.trustStoreType"] = "PKCS12"
    return [_quoted(f"-D{name}={value}") for name, value in options.items()]


def _quoted(option: str) -> str:
    return f'"{option}"' if " " in option else option
