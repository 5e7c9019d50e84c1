"""The kind of request for whose answer a call waits, when it is shown or made again."""

from __future__ import annotations

from tests.unit.voice.calls import URL, Node
from trunkline.voice.live_requests import LiveRequest
from trunkline.webhooks.ask import PARAMETERS
from trunkline.webhooks.http import Exchange
from trunkline.webhooks.make_delivery import MakeDelivery
from trunkline.webhooks.model import Delivery


def request(node: Node, sid: str) -> Delivery:
    return MakeDelivery(node.sids, node.worlds, node.clock)(
        subject=sid,
        account_id=node.account_id,
        world_id=node.world_id,
        kind="call.document",
        url=URL,
        data={PARAMETERS: [["CallSid", sid], ["Digits", "1"]]},
    )


async def test_it_tells_what_it_told_as_long_as_the_call_is_there(node: Node) -> None:
    kind = LiveRequest(node.database, node.alert)
    sid = await node.call()
    delivery = request(node, sid)
    assert await kind.parameters(delivery) == [("CallSid", sid), ("Digits", "1")]
    assert kind.headers == {"X-Home-Region": "us1"}
    await node.database.execute("DELETE FROM calls WHERE id = $1", sid[2:])
    assert await kind.parameters(delivery) is None


async def test_what_is_answered_the_second_time_is_not_done(node: Node) -> None:
    kind = LiveRequest(node.database, node.alert)
    delivery = request(node, await node.call())
    done = await kind.complete(delivery, Exchange(url=URL, status=200, body=b"<Response/>"))
    assert (done.jobs, done.follow, done.alerts) == ([], [], [])
    failed = await kind.complete(delivery, Exchange(url=URL, status=500, error=11200))
    assert [alert.code for alert in failed.alerts] == [11200]
