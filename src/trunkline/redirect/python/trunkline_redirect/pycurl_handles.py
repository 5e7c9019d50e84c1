"""pycurl looks hosts up in C, out of reach of `socket`: its handles refuse redirected URLs.

Under `exec --proxy` they are led through the proxy, which redirects; a handle that names a proxy of
its own is refused.
"""

import os

from trunkline_redirect import find
from trunkline_redirect.http_client import host_of
from trunkline_redirect.resolvers import refuse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from trunkline_redirect.patches import Place

PASSING_BY = ("PROXY", "NOPROXY", "PRE_PROXY")


def places(module: "Any") -> "Iterable[Place]":
    passing_by = {getattr(module, name) for name in PASSING_BY if hasattr(module, name)}

    def refusing(original: "Any") -> "Any":
        class Curl(original):  # type: ignore[misc]
            def setopt(self, option: "Any", value: "Any") -> "Any":
                self._look(option, value)
                return super().setopt(option, value)

            def setopt_string(self, option: "Any", value: "Any") -> "Any":
                self._look(option, value)
                return super().setopt_string(option, value)

            def _look(self, option: "Any", value: "Any") -> None:
                if option == module.URL:
                    self.led = ""  # the redirected host that is led through the proxy
                    host = _host(value)
                    if find(host) is not None:
                        self._lead(host)
                elif option in passing_by:
                    refuse(getattr(self, "led", ""))

            def _lead(self, host: str) -> None:
                if "TRUNKLINE_PROXY" not in os.environ:
                    refuse(host)
                super().setopt(module.PROXY, os.environ.get("HTTPS_PROXY", ""))
                super().setopt(module.NOPROXY, "")
                super().setopt(module.CAINFO, os.environ.get("SSL_CERT_FILE", ""))
                self.led = host

        return Curl

    yield module, "Curl", refusing


def _host(url: "Any") -> str:
    text = url.decode("latin-1") if isinstance(url, bytes) else url
    scheme, mark, rest = text.partition("://")
    return host_of("http://" + (rest if mark and scheme.isalnum() else text))
