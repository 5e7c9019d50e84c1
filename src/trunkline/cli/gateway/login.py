"""`trunkline login`: sign in to a gateway, in a browser here or on another machine."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trunkline.cli.failure import Failure
from trunkline.cli.gateway.options import ApiUriOption, NonInteractiveOption
from trunkline.cli.options import DataOption, JsonOption, Place, WorldOption, place_of

if TYPE_CHECKING:
    from trunkline.cli.client import Control
    from trunkline.cli.gateway.tokens import Endpoints

__all__ = ["app"]

SECONDS = 600.0  # that a person has
SHOWN = "urn:ietf:wg:oauth:2.0:oob"  # the page shows the code

app = typer.Typer(invoke_without_command=True)

TenantOption = Annotated[
    bool,
    typer.Option(
        "--tenant",
        help="Sign in as one user of a workspace: what agents need.",
        show_default=False,
    ),
]
ClientNameOption = Annotated[
    str | None,
    typer.Option("--clientName", metavar="NAME", help="Who asks, as the page shows it."),
]


@app.callback()
def login(
    context: typer.Context,
    tenant: TenantOption = False,
    client_name: ClientNameOption = None,
    api_uri: ApiUriOption = None,
    non_interactive: NonInteractiveOption = False,
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """Sign in to a gateway in a browser; without one, a URL is printed and a code is typed.

    Later commands use this gateway. What signing in gave is kept in
    $XDG_CONFIG_HOME/trunkline/gateway.json (~/.config), which only you can read. With a platform
    that runs here the page knows who you are, and asks whether you allow it; of another one it asks
    for a key. Commands need no sign-in where a platform in development runs.

        $ trunkline login --tenant
        $ trunkline login --tenant --apiUri https://gateway.example.com/membrane
        $ trunkline login --tenant --non-interactive
        Open this in a browser: https://gateway.example.com/membrane/oauth/authorize?…
        Then type: trunkline login complete CODE
    """
    context.obj = Place(data, world, as_json)
    if context.invoked_subcommand is None:
        _begin(context.obj, tenant, client_name, api_uri, non_interactive)


@app.command()
def start(
    context: typer.Context,
    tenant: TenantOption = False,
    client_name: ClientNameOption = None,
    api_uri: ApiUriOption = None,
    non_interactive: NonInteractiveOption = False,
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """Begin: the same as without a subcommand.

    $ trunkline login start --tenant
    """
    place = place_of(context, data, world, as_json)
    _begin(place, tenant, client_name, api_uri, non_interactive)


@app.command()
def complete(
    context: typer.Context,
    code: Annotated[str, typer.Argument(metavar="CODE", help="What the page shows.")],
    data: DataOption = None,
    world: WorldOption = None,
    as_json: JsonOption = False,
) -> None:
    """Finish with the code that the page showed.

    $ trunkline login complete tla_6lGRFnCrVvX5p8x5h2QZ
    Signed in to http://127.0.0.1:8080/membrane: workspace default, tenant default.
    """
    from trunkline.cli.gateway.stored import read_stored
    from trunkline.cli.gateway.tokens import discover

    place = place_of(context, data, world, as_json)
    pending = read_stored().pending
    if pending is None:
        raise Failure("No sign-in waits for a code: begin with `trunkline login`.")
    base, verifier = str(pending.get("apiUri")), str(pending.get("verifier"))
    _finish(place, base, discover(base), code.strip(), verifier, SHOWN)


def _begin(
    place: Place, tenant: bool, client_name: str | None, api_uri: str | None, headless: bool
) -> None:
    import secrets

    from trunkline.cli.gateway.api import base_at
    from trunkline.cli.gateway.browser import can_show
    from trunkline.cli.gateway.stored import changing_stored
    from trunkline.cli.gateway.tokens import discover

    base, control = base_at(place, api_uri)
    endpoints = discover(base)
    state, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
    asked = {
        "scope": "tenant" if tenant else "platform-user",
        "state": state,
        **({"client_name": client_name} if client_name else {}),
        **_known(control),
    }
    if headless or not can_show():
        url = _page(endpoints, asked, verifier, SHOWN)
        with changing_stored() as stored:
            stored.wait_for({"apiUri": base, "verifier": verifier, "state": state})
        _tell_where(place, url)
    else:
        _by_browser(place, base, endpoints, asked, verifier)


def _by_browser(
    place: Place, base: str, endpoints: Endpoints, asked: dict[str, str], verifier: str
) -> None:
    from trunkline.cli.gateway.browser import show_page
    from trunkline.cli.gateway.loopback import Loopback

    loopback = Loopback(asked["state"])
    url = _page(endpoints, asked, verifier, loopback.redirect_uri)
    shown = show_page(loopback.lead_to(url))
    told = "Sign in in the browser" if shown else "Open this in a browser"
    print(f"{told}: {url}", file=sys.stderr, flush=True)
    _finish(place, base, endpoints, loopback.code(SECONDS), verifier, loopback.redirect_uri)


def _known(control: Control | None) -> dict[str, str]:
    """Who the person is, where the platform runs here: a code that is good once, for minutes."""
    if control is None:
        return {}
    try:
        return {"sign_in_code": control.call("POST", "/gateway/sign-in-codes", {})["code"]}
    except Failure:
        return {}  # the page asks for a key


def _page(endpoints: Endpoints, asked: dict[str, str], verifier: str, redirect_uri: str) -> str:
    from base64 import urlsafe_b64encode
    from hashlib import sha256
    from urllib.parse import urlencode

    from trunkline.cli.gateway.tokens import CLIENT_ID

    digest = sha256(verifier.encode()).digest()
    fields = {
        "client_id": CLIENT_ID,
        "response_type": "code",
        "redirect_uri": redirect_uri,
        "code_challenge": urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
        **asked,
    }
    between = "&" if "?" in endpoints.authorize else "?"
    return f"{endpoints.authorize}{between}{urlencode(fields)}"


def _tell_where(place: Place, url: str) -> None:
    from trunkline.cli.show import print_json

    if place.as_json:
        print_json({"authorizationUrl": url, "next": "trunkline login complete CODE"})
        return
    print(f"Open this in a browser: {url}")
    print("Then type: trunkline login complete CODE")


def _finish(
    place: Place, base: str, endpoints: Endpoints, code: str, verifier: str, redirect_uri: str
) -> None:
    from trunkline.cli.gateway.stored import changing_stored
    from trunkline.cli.gateway.tokens import ask_for_token
    from trunkline.cli.show import plain, print_json

    given = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": verifier,
    }
    site = ask_for_token(endpoints.token, given)
    with changing_stored() as stored:
        stored.sign_in(base, site)
    told: dict[str, Any] = {name: site.get(name) for name in ("workspaceKey", "tenantKey", "email")}
    if place.as_json:
        print_json({"apiUri": base, **told})
        return
    whom = f"workspace {told['workspaceKey']}, tenant {told['tenantKey']}"
    print(
        f"Signed in to {base}: {plain(whom)}." if told["workspaceKey"] else f"Signed in to {base}."
    )
