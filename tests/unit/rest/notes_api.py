"""A small API to test with: notes of an account, and diaries under the `messaging` product."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from tests.unit.rest.asgi_driver import Driver, basic
from trunkline.rest import catalogue
from trunkline.rest.app import TwilioApi
from trunkline.rest.operation import (
    AccountIdentity,
    BinaryAnswer,
    Call,
    Principal,
    RedirectAnswer,
    RestPage,
    bound_operations,
    operation,
)
from trunkline.rest.pages import page_request, paginate
from trunkline.rest.parameters import DateRange, NoParameters, Text, declared, parameter
from trunkline.sids import SidFactory

WORLD = "0" * 32
PARENT = "AC" + "1" * 32
CHILD = "AC" + "2" * 32
STRANGER = "AC" + "3" * 32
TEST = "AC" + "4" * 32
SUSPENDED = "AC" + "5" * 32
SUSPENDED_CHILD = "AC" + "6" * 32
KEY = "SK" + "7" * 32
MAIN_KEY = "SK" + "8" * 32
NOTE = "NO" + "a" * 32
TOKEN = "token"
NOTES = "/2010-04-01/Accounts/{AccountSid}/Notes"


class NoteResource(msgspec.Struct):
    sid: str
    account_sid: str
    text: str
    pinned: bool = False
    author: str | None = None
    sender: str | None = msgspec.field(name="from", default=None)
    subresource_uris: dict[str, str] = msgspec.field(default_factory=dict)


class Diary(msgspec.Struct):
    sid: str
    url: str


@declared
class CreateNote:
    text: str | None = parameter("Text", Text(20), "What it says.")
    tags: Sequence[str] = parameter("Tag", Text(), "A word to find it by.", many=True)

    @staticmethod
    def presence(form: Mapping[str, Sequence[str]]) -> None:
        if "Text" not in form:
            raise catalogue.BODY_REQUIRED()


@declared
class ListNotes:
    to: str | None = parameter("To", Text(), "Whom it is for.")
    date_after: Any = parameter("DateSent>", DateRange(), "Not before.")
    tags: Sequence[str] = parameter("Tag", Text(), "A word.", many=True)


class StoreTrouble(Exception):
    api_error_code = 20503


class Notes:
    """`calls` keeps what arrived; `gate` holds SlowNote back until it is opened."""

    def __init__(self) -> None:
        self.calls: list[tuple[Call, Any]] = []
        self.finished: list[str] = []
        self.started = asyncio.Event()
        self.gate = asyncio.Event()
        self.failure: Exception | None = None
        self.count = 0

    def note(self, call: Call, number: int = 10, text: str = "hello") -> NoteResource:
        return NoteResource(f"NO{number:032x}", call.account.sid, text)

    @operation("CreateNote", "POST", NOTES, returns=NoteResource, parameters=CreateNote)
    async def create_note(self, call: Call, asked: CreateNote) -> NoteResource:
        """Write a note.

        More that no table shows.
        """
        self.calls.append((call, asked))
        if self.failure is not None:
            raise self.failure
        return self.note(call, text=asked.text or "")

    @operation(
        "ListNote", "GET", NOTES, returns=NoteResource, parameters=ListNotes, list_key="notes"
    )
    async def list_note(self, call: Call, asked: ListNotes) -> RestPage:
        """List notes, the newest first."""
        self.calls.append((call, asked))
        page = page_request(call, ("NO",))
        rows = [(f"NO{n:032x}", self.note(call, n)) for n in range(self.count - 1, -1, -1)]
        if page.before is not None:
            rows = [row for row in rows if row[0][2:] > page.before][-page.limit :]
        elif page.after is not None:
            rows = [row for row in rows if row[0][2:] < page.after]
        rows = rows[page.offset :][: page.limit]
        return paginate(call, page, "notes", rows)

    @operation("FetchNote", "GET", NOTES + "/{Sid}", returns=NoteResource)
    async def fetch_note(self, call: Call, asked: NoParameters) -> NoteResource:
        """Read a note."""
        self.calls.append((call, asked))
        return NoteResource(
            call.path["Sid"],
            call.account.sid,
            "a < b & c\x0b",
            pinned=True,
            subresource_uris={"other_notes": "/x?a=1&b=2"},
        )

    @operation("DeleteNote", "DELETE", NOTES + "/{Sid}")
    async def delete_note(self, call: Call, asked: NoParameters) -> None:
        """Throw a note away."""
        self.calls.append((call, asked))

    @operation("SlowNote", "POST", NOTES + "/Slow", returns=NoteResource)
    async def slow_note(self, call: Call, asked: NoParameters) -> NoteResource:
        """Write a note, taking its time."""
        self.started.set()
        await self.gate.wait()
        if self.failure is not None:
            raise self.failure
        self.finished.append("slow")
        return self.note(call)

    @operation("FetchPicture", "GET", NOTES + "/{NoteSid}/Picture", formats=("json", "png"))
    async def fetch_picture(self, call: Call, asked: NoParameters) -> BinaryAnswer | RedirectAnswer:
        """See a note's picture."""
        self.calls.append((call, asked))
        if call.suffix == "json":
            return RedirectAnswer("/elsewhere\r\nSet-Cookie: a=b")
        return BinaryAnswer("image/png", b"\x89PNG")

    @operation(
        "ListPaper",
        "GET",
        "/2010-04-01/Accounts/{AccountSid}/Papers/{CountryCode}/Local",
        returns=NoteResource,
        list_key="papers",
        paged=False,
        test_credentials=True,
    )
    async def list_paper(self, call: Call, asked: NoParameters) -> list[NoteResource]:
        """List paper."""
        self.calls.append((call, asked))
        return [self.note(call)]

    @operation(
        "ListAccount", "GET", "/2010-04-01/Accounts", returns=NoteResource, list_key="accounts"
    )
    async def list_account(self, call: Call, _: NoParameters) -> RestPage:
        """List accounts."""
        return paginate(call, page_request(call, ("AC",)), "accounts", [])

    @operation(
        "FetchAccount",
        "GET",
        "/2010-04-01/Accounts/{Sid}",
        returns=NoteResource,
        main_key_only=True,
    )
    async def fetch_account(self, call: Call, _: NoParameters) -> NoteResource:
        """Read an account."""
        return NoteResource(call.path["Sid"], call.account.sid, "account")


class Diaries:
    @operation(
        "ListDiary",
        "GET",
        "/v1/Diaries",
        returns=Diary,
        product="messaging",
        list_key="diaries",
    )
    async def list_diary(self, call: Call, _: NoParameters) -> RestPage:
        """List diaries."""
        page = page_request(call, ("DI",))
        rows = [(f"DI{n:032x}", Diary(f"DI{n:032x}", call.base_url)) for n in (3, 2, 1)]
        return paginate(call, page, "diaries", rows[: page.limit])

    @operation("FetchDiary", "GET", "/v1/Diaries/{Sid}", returns=Diary, product="messaging")
    async def fetch_diary(self, call: Call, _: NoParameters) -> Diary:
        """Read a diary."""
        return Diary(call.path["Sid"], call.base_url)


def _account(sid: str, owner: str, status: str = "active", kind: str = "live") -> AccountIdentity:
    return AccountIdentity(sid, owner, WORLD, status, kind)


class Accounts:
    """An authenticator; `asked` keeps the user names that it was asked about."""

    def __init__(self) -> None:
        self.accounts = {
            account.sid: account
            for account in (
                _account(PARENT, PARENT),
                _account(CHILD, PARENT),
                _account(STRANGER, STRANGER),
                _account(TEST, PARENT, kind="test"),
                _account(SUSPENDED, SUSPENDED, status="suspended"),
                _account(SUSPENDED_CHILD, PARENT, status="suspended"),
            )
        }
        self.keys = {KEY: "standard_key", MAIN_KEY: "main_key"}
        self.asked: list[str] = []
        self.gate: asyncio.Event | None = None
        self.started = asyncio.Event()

    async def authenticate(self, username: str, password: str) -> Principal:
        self.asked.append(username)
        self.started.set()
        kind = self.keys.get(username, "token")
        account = self.accounts.get(PARENT if username in self.keys else username)
        if self.gate is not None:
            await self.gate.wait()
        if account is None:
            raise catalogue.INVALID_USERNAME()
        if password != TOKEN:
            raise catalogue.AUTHENTICATE()
        return Principal(account, kind)

    async def account(self, sid: str) -> AccountIdentity | None:
        return self.accounts.get(sid)


class Service:
    """The API with its parts in reach. `options` go to `TwilioApi`."""

    def __init__(self, **options: Any) -> None:
        self.notes = Notes()
        self.accounts = Accounts()
        self.errors: list[Exception] = []
        milliseconds = itertools.count(1_700_000_000_000)
        options.setdefault("on_error", lambda error, *_: self.errors.append(error))
        self.app = TwilioApi(
            bound_operations(self.notes, Diaries()),
            self.accounts,
            sids=SidFactory(lambda: next(milliseconds)),
            **options,
        )

    def client(self, username: str = PARENT, password: str = TOKEN) -> Driver:
        return Driver(self.app, basic(username, password))

    def anonymous(self) -> Driver:
        return Driver(self.app)


def notes(account: str = PARENT, rest: str = ".json") -> str:
    """The address of an account's notes."""
    return f"/2010-04-01/Accounts/{account}/Notes{rest}"
