"""The page on which a person enters the code that a device shows (RFC 8628, 3.3)."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from trunkline.gateway.sign_in.allowances import Allowances
from trunkline.gateway.sign_in.authorization_codes import admin_for
from trunkline.gateway.sign_in.clients import Clients
from trunkline.gateway.sign_in.devices import Devices, read_user_code
from trunkline.gateway.sign_in.errors import PageRefused
from trunkline.gateway.sign_in.identify_person import IdentifyPerson
from trunkline.gateway.sign_in.model import Client
from trunkline.gateway.sign_in.read_request import address_of, read_fields, read_query
from trunkline.gateway.sign_in.show_page import Pages, expect_own_form

__all__ = ["DevicePage"]


class DevicePage:
    """GET and POST /oauth/device. A code is looked up only for who is known by a key, and wrong
    ones are counted by address."""

    def __init__(
        self,
        base: Callable[[Request], str],
        pages: Pages,
        clients: Clients,
        devices: Devices,
        identify: IdentifyPerson,
        guesses: Allowances,
    ) -> None:
        self._base = base
        self._pages = pages
        self._clients = clients
        self._devices = devices
        self._identify = identify
        self._guesses = guesses

    async def __call__(self, request: Request) -> Response:
        """The page, or what follows from the form on it."""
        if request.method != "POST":
            query, _ = read_query(request)
            code = read_user_code(query.get("user_code", ""))
            return self._ask_who(request, code or "")
        fields = await read_fields(request, json=False)
        expect_own_form(request, self._base(request), fields)
        code = read_user_code(fields.get("user_code", ""))
        if "decision" in fields:
            return await self._decide(
                request, code or "", fields.get("sign_in_code", ""), fields["decision"] == "allow"
            )
        found = await self._identify.by_entry(request, fields.get("key", ""))
        if found is None:
            return self._ask_who(
                request, code or "", "This key or code is not known, or has ended."
            )
        waiting = await self._waiting(request, code or "")
        if waiting is None:
            return self._ask_who(request, "", "No device waits with this code.")
        client, scope = waiting
        return self._pages.show(
            request,
            "consent.html",
            client=client,
            caller=found.caller,
            sign_in_code=found.sign_in_code,
            user_code=_shown(code or ""),
            is_admin=admin_for(found.person, scope),
        )

    async def _decide(
        self, request: Request, code: str, sign_in_code: str, allowed: bool
    ) -> Response:
        found = await self._identify.by_last_code(request, sign_in_code)
        if found is None:
            return self._ask_who(request, code, "You waited too long, or decided already.")
        waiting = await self._waiting(request, code)
        person = found.person if allowed else None
        if waiting is None or not await self._devices.decide(code, person, waiting[1]):
            return self._ask_who(request, "", "No device waits with this code any more.")
        if not allowed:
            return self._pages.say(request, "Not allowed", "The device is told so.")
        return self._pages.say(
            request, "Allowed", "The device goes on by itself. You can close this page."
        )

    async def _waiting(self, request: Request, code: str) -> tuple[Client, str] | None:
        address = address_of(request)
        wait = self._guesses.wait(address)
        if wait:
            raise PageRefused(
                "Too many wrong codes came from your address: wait a minute.",
                status=429,
                retry_after=wait,
            )
        found = await self._devices.pending(code) if code else None
        client = await self._clients.find(found[0]) if found is not None else None
        if found is None or client is None:
            self._guesses.take(address)
            return None
        return client, found[1]

    def _ask_who(self, request: Request, code: str, problem: str = "") -> Response:
        return self._pages.show(
            request,
            "identify.html",
            status=403 if problem else 200,
            problem=problem,
            user_code=_shown(code),
        )


def _shown(code: str) -> str:
    return f"{code[:4]}-{code[4:]}" if code else ""
