"""Ask a provider's token endpoint for tokens, once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from trunkline.clock import Clock
from trunkline.gateway.connectors.declare import OAuth
from trunkline.gateway.oauth.failures import NotNow
from trunkline.gateway.oauth.post_form import AnswerLost, NotSent, PostForm
from trunkline.gateway.oauth.token_answer import read_token_answer
from trunkline.gateway.oauth.token_request import token_request
from trunkline.gateway.oauth.tokens import Tokens

__all__ = ["AskForTokens"]


class AskForTokens:
    """Makes token requests. `seconds` is the time that one may take in all: less than the lease of
    a refresh, so that nobody else asks meanwhile."""

    def __init__(self, post_form: PostForm, clock: Clock, *, seconds: float = 20) -> None:
        self._post_form = post_form
        self._clock = clock
        self._seconds = seconds

    async def __call__(
        self, oauth: OAuth, values: Mapping[str, str], grant_type: str, **parameters: str
    ) -> Tokens:
        """The tokens. `values`: the entered fields. Raises GrantRefused, NotNow, InputInvalid."""
        request = token_request(oauth, values, grant_type, **parameters)
        # Before it is sent: a token's life counts from when the provider made it.
        asked_at = self._clock.now()
        try:
            async with asyncio.timeout(self._seconds):
                posted = await self._post_form(request.url, request.body, request.headers)
        except NotSent:
            raise NotNow("The provider's token endpoint cannot be reached.") from None
        except (AnswerLost, TimeoutError):
            raise NotNow(
                "The answer of the provider's token endpoint was lost.", doubt=True
            ) from None
        return read_token_answer(posted, asked_at=asked_at)
