"""A provider that answers as it is told, and notes what it was asked; somebody who asks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from trunkline.gateway.model import Caller, Connection, Status

ACCOUNT = "AC" + "0" * 31 + "1"
UNSENT = object()  # a body of null would be another
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Answer:
    status: int
    data: Any


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    query: list[tuple[str, str]] | None
    form: list[tuple[str, str]] | None
    json: Any


@dataclass
class Provider:
    """Its answers, in their order; an exception is raised. `asked` is what it was asked."""

    answers: list[Answer | BaseException | Callable[[], BaseException]]
    asked: list[Asked] = field(default_factory=list)

    async def __call__(
        self,
        caller: Caller,
        connection: Connection,
        method: str,
        path: str,
        /,
        *,
        query: Sequence[tuple[str, str]] | None = None,
        form: Sequence[tuple[str, str]] | None = None,
        json: Any = UNSENT,
    ) -> Answer:
        listed = None if query is None else list(query)
        self.asked.append(Asked(method, path, listed, None if form is None else list(form), json))
        answer = self.answers.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        assert isinstance(answer, Answer)
        return answer


def caller() -> Caller:
    """Somebody of a tenant that only this caller has."""
    return Caller(
        tenant_id=str(uuid4()),
        tenant_key="acme",
        user_id=str(uuid4()),
        user_key="default",
        world_id="0" * 32,
        account_sid="AC" + "f" * 32,
    )


def connection(asking: Caller, **changes: Any) -> Connection:
    """An active connection to Twilio."""
    known: dict[str, Any] = {
        "id": str(uuid4()),
        "tenant_id": asking.tenant_id,
        "user_id": asking.user_id,
        "connector": "twilio",
        "key": None,
        "name": "Twilio",
        "status": Status.ACTIVE,
        "method": "auth_token",
        "metadata": {"account_sid": ACCOUNT},
        "created_at": NOW,
        "updated_at": NOW,
    }
    return Connection(**(known | changes))
