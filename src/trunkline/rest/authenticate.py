"""Who asks, and for which account: HTTP Basic with Twilio's refusals (0.5)."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections import OrderedDict

from trunkline.rest import catalogue
from trunkline.rest.operation import AccountIdentity, Authenticator, Operation, Principal

__all__ = ["Credentials", "account_of_path", "admit", "anybody", "parse_basic"]

USERNAME = re.compile(r"(AC|SK)[0-9a-fA-F]{32}")
SCHEME = re.compile(rb"basic[ \t]+(\S+)\s*", re.IGNORECASE)
MOST_HEADER = 2048
MOST_PASSWORD = 512


def parse_basic(header: bytes | None) -> tuple[str, str]:
    """User name and password of an Authorization header.

    Errors, all 401/20003: no header or another scheme ('No credentials provided'); a header that
    cannot be read, or a user name that is no AC or SK SID ('invalid username').
    """
    found = SCHEME.fullmatch(header) if header and len(header) <= MOST_HEADER else None
    if found is None:
        too_long = header is not None and len(header) > MOST_HEADER
        raise (catalogue.INVALID_USERNAME if too_long else catalogue.NO_CREDENTIALS)()
    try:
        username, colon, password = b64decode(found[1], validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise catalogue.INVALID_USERNAME() from None
    if not colon or not USERNAME.fullmatch(username):
        raise catalogue.INVALID_USERNAME()
    if not password or len(password) > MOST_PASSWORD or not password.isprintable():
        raise catalogue.AUTHENTICATE()
    return username[:2] + username[2:].lower(), password


class Credentials:
    """The authenticator behind a bounded memory of the headers that it accepted.

    `forget` and `clear` must be called when what was remembered changes: an account's status or
    token, a key. They also discard checks that were under way meanwhile.
    """

    def __init__(self, authenticator: Authenticator, *, size: int = 1024) -> None:
        self._authenticator = authenticator
        self._size = size
        self._known: OrderedDict[bytes, Principal] = OrderedDict()
        self._changes = 0

    async def check(self, header: bytes | None) -> Principal:
        """The principal of an Authorization header, or one of the three 401 (20003)."""
        if header is not None:
            principal = self._known.get(header)
            if principal is not None:
                self._known.move_to_end(header)
                return principal
        username, password = parse_basic(header)
        assert header is not None
        changes = self._changes
        principal = await self._authenticator.authenticate(username, password)
        if changes == self._changes:
            self._known[header] = principal
            if len(self._known) > self._size:
                self._known.popitem(last=False)  # the one that was used least recently
        return principal

    def forget(self, account_sid: str) -> None:
        """Ask again for credentials of this account and of its subaccounts."""
        self._changes += 1
        gone = [
            header
            for header, principal in self._known.items()
            if account_sid in (principal.account.sid, principal.account.owner_sid)
        ]
        for header in gone:
            del self._known[header]

    def clear(self) -> None:
        """Ask again for everyone's credentials."""
        self._changes += 1
        self._known.clear()

    async def account(self, sid: str) -> AccountIdentity | None:
        """The account of this SID, of any status; None when there is none."""
        return await self._authenticator.account(sid)


async def account_of_path(
    credentials: Credentials, principal: Principal, sid: str | None, resource: str
) -> AccountIdentity:
    """The account that a path names, or the principal's own when it names none.

    A parent may address its subaccounts, nobody another account: 404/20404, as for an account
    that does not exist. Live and test credentials never reach each other's accounts.
    """
    own = principal.account
    if sid is None or sid == own.sid:
        return own
    account = await credentials.account(sid)
    if account is None or account.owner_sid != own.sid or account.is_test != own.is_test:
        raise catalogue.NOT_FOUND(path=resource)
    return account


async def anybody(credentials: Credentials, sid: str | None, resource: str) -> Principal:
    """Somebody without credentials at a public path of an active live account, else 404/20404."""
    account = None if sid is None else await credentials.account(sid)
    if account is None or account.is_test or account.status != "active":
        raise catalogue.NOT_FOUND(path=resource)
    return Principal(account, "none")


def admit(principal: Principal, account: AccountIdentity, operation: Operation) -> None:
    """Refuse what these credentials may not do.

    401/20005 when the caller's account is not active, or the account of the path is not (its
    parent may still read it); 401/20003 for a standard API key where only a main key or the
    token will do; 403/20008 for test credentials where they do not apply.
    """
    if principal.account.status != "active":
        raise catalogue.ACCOUNT_NOT_ACTIVE()
    if account.status != "active" and operation.method != "GET":
        raise catalogue.ACCOUNT_NOT_ACTIVE()
    if operation.main_key_only and principal.credential == "standard_key":
        raise catalogue.AUTHENTICATE()
    if account.is_test and not operation.test_credentials:
        raise catalogue.TEST_CREDENTIALS()
