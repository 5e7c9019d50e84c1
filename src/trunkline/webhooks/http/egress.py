"""The way out to apps: one pool of connections, and one request by one of them."""

from __future__ import annotations

import ssl
from collections.abc import Mapping

from trunkline.webhooks.http.answers import Answer
from trunkline.webhooks.http.lookups import Lookups
from trunkline.webhooks.http.network_rules import NetworkRules
from trunkline.webhooks.http.passage import Passage
from trunkline.webhooks.http.pool import Pool
from trunkline.webhooks.http.wire import split_url, write_request

__all__ = ["Egress"]


class Egress:
    """The connections to apps, and the rules that hold for them.

    `tls` replaces the system's trusted certificates.
    """

    def __init__(
        self,
        rules: NetworkRules,
        *,
        lookups: Lookups | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._lookups = lookups or Lookups()
        self._pool = Pool(rules, self._lookups, tls)

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes | None = None,
        passage: Passage,
        connect: float,
        patience: float | None = None,
    ) -> Answer:
        """Make one request as `passage` says, and wait for the head of its answer, which is to be
        closed. Nothing is followed, and nothing is tried again.

        `url` is a wire form (`Target.url`); `headers` go out in their order. `connect` is how many
        seconds a connection may take, `patience` how many nothing may come. Raises ClientError,
        and ValueError where there is no such request.
        """
        origin, target = split_url(url)
        data = write_request(method, target, headers, body)
        connection = await self._pool.connection(origin, passage, connect)
        try:
            await connection.ask(data, patience=patience, deaf=passage.deaf)
        except BaseException:
            # Nothing is wanted of the app any more, unless it is to have had the request.
            if passage.deaf:
                connection.close()
            else:
                connection.abort()
            raise
        return Answer(connection, self._pool)

    async def close(self) -> None:
        """Close every connection, for good."""
        await self._pool.close()
        await self._lookups.close()
