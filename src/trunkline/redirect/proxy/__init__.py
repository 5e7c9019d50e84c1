"""A proxy on the loopback for programs that no preload reaches: `trunkline exec --proxy`.

`proxy` listens, `connection` serves one client; `authority` makes certificates for the redirected
hosts, `trust` the files by which programs believe them, `variables` what names all of it.
"""

from trunkline.redirect.proxy.authority import Authority
from trunkline.redirect.proxy.proxy import Proxy
from trunkline.redirect.proxy.routes import Route, Routes
from trunkline.redirect.proxy.trust import TrustFiles
from trunkline.redirect.proxy.upstream import CannotPassOn, Upstream
from trunkline.redirect.proxy.variables import proxied_environment

__all__ = [
    "Authority",
    "CannotPassOn",
    "Proxy",
    "Route",
    "Routes",
    "TrustFiles",
    "Upstream",
    "proxied_environment",
]
