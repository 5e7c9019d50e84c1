"""Ask a provider for one thing, and read its answer whole: for actions, and for probes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlencode

import msgspec

from trunkline.gateway.connectors import Catalogue, Injected, Target, resolve_target
from trunkline.gateway.errors import AnswerTooLarge, GatewayError, OutcomeUnknown, UpstreamTimeout
from trunkline.gateway.model import Caller, Connection
from trunkline.gateway.proxy.ask import SAFE, Answered, Ask, BrokenOff, Pairs
from trunkline.gateway.proxy.exchange import Reply
from trunkline.gateway.proxy.forward import Forward
from trunkline.gateway.proxy.json_to_form import FORM, form_pairs
from trunkline.gateway.proxy.until_answered import UntilAnswered
from trunkline.webhooks.http.bodies import BadBody, decoder_for

__all__ = ["AskJson"]

MOST: Final = 10 << 20  # bytes of an answer that is read whole


class AskJson:
    """See `__call__`. `target_of` finds where a path of a connection leads."""

    def __init__(
        self,
        forward: Forward,
        catalogue: Catalogue,
        target_of: Callable[[Connection, str], Target] | None = None,
    ) -> None:
        self._forward = forward
        self._catalogue = catalogue
        self._target_of = target_of or self._resolve

    async def __call__(
        self,
        caller: Caller,
        connection: Connection,
        method: str,
        path: str,
        *,
        query: Pairs | None = None,
        form: Pairs | None = None,
        json: Any = msgspec.UNSET,
        injected: Injected | None = None,
    ) -> Answered:
        """The provider's answer, whatever its status.

        `query` and `form` are pairs, or a mapping: then None is left out and a list is repeated.
        `injected` is used in place of the connection's credentials. Raises GatewayError, as
        `Forward` does; what came of an answer that broke off does not count.
        """
        whole = path
        if query and (pairs := _pairs(query)):
            whole += ("&" if "?" in path else "?") + urlencode(pairs)
        headers = [("Accept", "application/json"), ("User-Agent", "Trunkline")]
        body: bytes | None = None
        if form is not None:
            body = urlencode(_pairs(form)).encode()
            headers.append(("Content-Type", FORM))
        elif json is not msgspec.UNSET:
            body = msgspec.json.encode(json)
            headers.append(("Content-Type", "application/json"))
        ask = Ask(
            method=method,
            target=self._target_of(connection, whole),
            headers=headers,
            body=body,
            injected=injected,
        )
        reply = await self._forward(caller, connection, ask)
        return await _read(reply, method)

    def _resolve(self, connection: Connection, path: str) -> Target:
        return resolve_target(self._catalogue.of(connection), connection.settings, path)


async def _read(reply: Reply, method: str) -> Answered:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in reply.headers}
    body = bytearray()
    try:
        decoder = decoder_for(headers.get("content-encoding", ""))
        while not reply.taken:
            part = await reply.take()
            body += decoder.feed(part, MOST + 1 - len(body))
            if len(body) > MOST:
                raise AnswerTooLarge(
                    f"The provider's answer is larger than {MOST} bytes.",
                    data={"status": reply.status},
                )
        if body:
            decoder.end()
    except (BrokenOff, BadBody) as error:
        reply.abandon()
        raise _lost(reply, method, str(error)) from None
    except BaseException:
        reply.abandon()
        raise
    finally:
        reply.close(UntilAnswered.of_this_request())
    return Answered(status=reply.status, data=_data(bytes(body)), headers=headers)


def _lost(reply: Reply, method: str, reason: str) -> GatewayError:
    if method in SAFE:
        return UpstreamTimeout("The provider's answer did not come whole; nothing was changed.")
    return OutcomeUnknown(
        f"The provider answered {reply.status}, and {reason}.",
        data={"request_id": reply.id, "status": reply.status},
    )


def _data(body: bytes) -> Any:
    if not body:
        return None
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return body.decode("utf-8", "replace")


def _pairs(given: Pairs) -> list[tuple[str, str]]:
    return form_pairs(dict(given)) if isinstance(given, Mapping) else list(given)
