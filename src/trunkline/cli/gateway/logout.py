"""`trunkline logout`: end a session."""

from __future__ import annotations

import sys

from trunkline.cli.gateway.options import ApiUriOption
from trunkline.cli.options import DataOption, JsonOption

__all__ = ["logout"]


def logout(
    api_uri: ApiUriOption = None, data: DataOption = None, as_json: JsonOption = False
) -> None:
    """Sign out of a gateway, and forget what signing in gave.

    Without `--apiUri` it is the gateway that commands use. Keys are not revoked: see
    `trunkline keys revoke`.

        $ trunkline logout
        Signed out of http://127.0.0.1:8080/membrane.
    """
    from trunkline.cli.failure import Failure
    from trunkline.cli.gateway.api import base_at
    from trunkline.cli.gateway.stored import changing_stored, read_stored
    from trunkline.cli.gateway.tokens import revoke
    from trunkline.cli.options import Place
    from trunkline.cli.show import print_json

    base = base_at(Place(data), api_uri)[0] if api_uri or data else read_stored().base
    site = read_stored().of(base) if base else None
    if base is not None and site is not None:
        try:
            revoke(base, site)
        except Failure as failure:
            print(f"The gateway was not told: {failure}", file=sys.stderr)
        with changing_stored() as stored:
            stored.sign_out(base)
    if as_json:
        print_json({"apiUri": base, "signedOut": site is not None})
    else:
        print(f"Signed out of {base}." if site is not None else "You are not signed in.")
