"""Who sits before the page: by an API key that they enter, or by a sign-in code."""

from __future__ import annotations

from dataclasses import dataclass, replace

from starlette.requests import Request

from trunkline.gateway.errors import NotAuthenticated
from trunkline.gateway.model import Caller
from trunkline.gateway.sign_in.allowances import Allowances
from trunkline.gateway.sign_in.errors import PageRefused
from trunkline.gateway.sign_in.model import Identify, People, Person
from trunkline.gateway.sign_in.read_request import address_of
from trunkline.gateway.sign_in.sign_in_codes import PREFIX, SignInCodes

__all__ = ["Identified", "IdentifyPerson"]


@dataclass(frozen=True, slots=True)
class Identified:
    """A person, and the sign-in code by which the next page knows them."""

    person: Person
    caller: Caller
    sign_in_code: str


class IdentifyPerson:
    """See the module. Wrong keys and codes are counted by address."""

    def __init__(
        self, identify: Identify, codes: SignInCodes, people: People, guesses: Allowances
    ) -> None:
        self._identify = identify
        self._codes = codes
        self._people = people
        self._guesses = guesses

    async def by_entry(self, request: Request, entered: str) -> Identified | None:
        """Of what was entered in the field; None when it is wrong. Raises PageRefused after too
        many wrong ones."""
        entered = entered.strip()
        if entered.startswith(PREFIX):
            return await self.by_code(request, entered)
        self._expect_patience(request)
        # Only a key: an access token is short-lived, and must not be made into a sign-in.
        if "." not in entered and entered.isascii() and entered.isprintable():
            try:
                caller = await self._identify(entered)
            except NotAuthenticated:
                caller = None
            if caller is not None and caller.key_id is not None:
                code = await self._codes.make(
                    caller.tenant_id,
                    caller.user_id,
                    key_id=caller.key_id,
                    is_admin=caller.is_admin,
                )
                return await self.by_code(request, code)
        self._guesses.take(address_of(request))
        return None

    async def by_code(self, request: Request, code: str) -> Identified | None:
        """Of a sign-in code, which stays valid. Raises PageRefused."""
        self._expect_patience(request)
        return await self._known(request, code, await self._codes.look(code))

    async def by_last_code(self, request: Request, code: str) -> Identified | None:
        """Of a sign-in code, which is used up. Raises PageRefused."""
        self._expect_patience(request)
        return await self._known(request, code, await self._codes.spend(code))

    async def _known(self, request: Request, code: str, person: Person | None) -> Identified | None:
        caller = None
        if person is not None:
            caller = await self._people.caller(person.tenant_id, person.user_id)
        if person is None or caller is None:
            self._guesses.take(address_of(request))
            return None
        return Identified(person, replace(caller, is_admin=person.is_admin), code)

    def _expect_patience(self, request: Request) -> None:
        wait = self._guesses.wait(address_of(request))
        if wait:
            raise PageRefused(
                "Too many wrong keys or codes came from your address: wait a minute.",
                status=429,
                retry_after=wait,
            )
