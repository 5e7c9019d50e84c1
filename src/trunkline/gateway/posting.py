"""Forms to token endpoints by the same way out as the proxy's: its network rules, its map."""

from __future__ import annotations

from collections.abc import Mapping

from trunkline.gateway.connectors import Target, Upstreams
from trunkline.gateway.connectors.addresses import read_address
from trunkline.gateway.errors import TargetRefused
from trunkline.gateway.oauth import AnswerLost, NotSent, Posted
from trunkline.gateway.proxy.http_client import AnswerLost as ProxyAnswerLost
from trunkline.gateway.proxy.http_client import HttpClient, NotReached

__all__ = ["PostByHttpClient"]

MOST_BYTES = 1 << 20  # of an answer


class PostByHttpClient:
    """An `oauth.PostForm`."""

    def __init__(self, client: HttpClient, upstreams: Upstreams) -> None:
        self._client = client
        self._upstreams = upstreams

    async def __call__(self, url: str, body: bytes, headers: Mapping[str, str]) -> Posted:
        """The answer, whatever its status. Raises NotSent, AnswerLost."""
        try:
            address = read_address(url)
            target = Target(
                origin=address.origin,
                path_qs=(address.path or "/") + address.query,
                host=address.host,
                private=address.scheme == "http",
            )
            where = self._upstreams.where(target, platform=False)
        except TargetRefused:
            raise NotSent from None
        try:
            answer = await self._client.send(
                "POST",
                where.url,
                headers=[("Host", where.host_header), *headers.items()],
                body=body,
                open=where.open,
            )
        except NotReached:
            raise NotSent from None
        except ProxyAnswerLost:
            raise AnswerLost from None
        try:
            parts: list[bytes] = []
            size = 0
            async for part in answer:
                size += len(part)
                if size > MOST_BYTES:
                    raise AnswerLost
                parts.append(part)
        except ProxyAnswerLost:
            raise AnswerLost from None
        finally:
            answer.close()
        return Posted(
            status=answer.status,
            headers={
                name.decode("latin-1").lower(): value.decode("latin-1")
                for name, value in answer.headers
            },
            body=b"".join(parts),
        )
