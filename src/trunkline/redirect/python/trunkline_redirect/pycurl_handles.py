"""pycurl looks hosts up in C, out of reach of `socket`: its handles refuse redirected URLs."""

from trunkline_redirect.http_client import host_of
from trunkline_redirect.resolvers import refuse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from trunkline_redirect.patches import Place


def places(module: "Any") -> "Iterable[Place]":
    url = module.URL

    def refusing(original: "Any") -> "Any":
        class Curl(original):  # type: ignore[misc]
            def setopt(self, option: "Any", value: "Any") -> "Any":
                if option == url:
                    text = value.decode("latin-1") if isinstance(value, bytes) else value
                    scheme, mark, rest = text.partition("://")
                    refuse(host_of("http://" + (rest if mark and scheme.isalnum() else text)))
                return super().setopt(option, value)

        return Curl

    yield module, "Curl", refusing
