"""Documents, one after the other: what leads to which, and what is done when one cannot be had."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.unit.voice.stand_ins import URL, TestedCall, spoken
from trunkline.store import StoreUnavailable
from trunkline.voice.media.wire import HungUp
from trunkline.voice.model import DocumentSource
from trunkline.voice.session.converse import MOST_WITHOUT_A_PAUSE
from trunkline.voice.session.events import EndOrder, FarEndGone, Interrupted, RedirectOrder
from trunkline.voice.session.outcome import Finish
from trunkline.voice.verbs.apology import APOLOGY
from trunkline.webhooks.http import Exchange

SOURCE = DocumentSource(url=URL, fallback_url="https://app.example/fallback")


def document(verbs: str) -> str:
    return f"<Response>{verbs}</Response>"


class Conversation:
    """A call whose documents are carried out."""

    def __init__(
        self, *answers: str | Exchange, source: DocumentSource = SOURCE, answered: bool = True
    ) -> None:
        self.call = TestedCall(answered=answered)
        self.call.parts.ask.answers = list(answers)
        self.task = asyncio.ensure_future(self.call.parts.converse(self.call.session, source))

    async def finish(self) -> Finish | None:
        """Let everything that plays come to its end, and the call with it."""
        for _ in range(100):
            await self.call.settle()
            if self.task.done():
                return self.task.result()
            if self.call.leg.playing:
                self.call.parts.time.pass_(0.5)
                await self.call.played()
        raise AssertionError("the call does not end")

    @property
    def asked(self) -> list[str]:
        return [url for _, url, _ in self.call.parts.ask.asked]

    @property
    def said(self) -> list[str]:
        """The texts that were spoken, in their order."""
        return [
            source.path.removeprefix("/spoken/")
            for order in self.call.leg.orders
            if order[0] == "play"
            for source in order[1]
        ]


async def test_verbs_are_carried_out_in_their_order() -> None:
    talk = Conversation(document("<Say>One</Say><Say>Two</Say>"))
    assert await talk.finish() is None
    assert talk.said == ["One", "Two"]


async def test_what_follows_a_redirect_is_never_reached() -> None:
    talk = Conversation(
        document("<Say>One</Say><Redirect>/next</Redirect><Say>Never</Say>"),
        document("<Say>Two</Say><Hangup/><Say>Never</Say>"),
    )
    assert await talk.finish() == Finish()
    assert talk.said == ["One", "Two"]
    assert talk.asked == [URL, "https://app.example/next"]


async def test_the_facts_of_the_call_are_told_each_time() -> None:
    talk = Conversation(document("<Redirect>/next</Redirect>"), document(""))
    await talk.finish()
    for _, _, parameters in talk.call.parts.ask.asked:
        assert parameters["CallSid"] == talk.call.session.call.sid
        assert parameters["Called"] == parameters["To"]
        assert parameters["Direction"] == "inbound"


async def test_a_call_is_answered_for_the_first_verb_that_needs_it() -> None:
    for verbs, answered in (
        ("<Say>Hi</Say>", True),
        ("<Hangup/>", True),
        ("<Reject/>", False),
        ('<Reject reason="busy"/>', False),
        ("", True),  # missing verbs: answered and hung up
    ):
        talk = Conversation(document(verbs), answered=False)
        await talk.finish()
        assert talk.call.session.call.is_answered is answered, verbs


async def test_neither_pause_nor_redirect_answers() -> None:
    talk = Conversation(
        document('<Pause length="2"/><Redirect>/next</Redirect>'),
        document("<Reject/>"),
        answered=False,
    )
    await talk.call.settle()
    await talk.call.wait(2)
    assert await talk.finish() == Finish(reason="rejected", status="no-answer")
    assert not talk.call.session.call.is_answered


async def test_the_fallback_is_told_what_failed() -> None:
    talk = Conversation(
        Exchange(error=11200, reason="It answered 500."), document("<Say>Sorry</Say>")
    )
    assert await talk.finish() is None
    assert talk.said == ["Sorry"]
    _, url, parameters = talk.call.parts.ask.asked[1]
    assert url == "https://app.example/fallback"
    assert (parameters["ErrorCode"], parameters["ErrorUrl"]) == ("11200", URL)


async def test_any_later_document_falls_back_too() -> None:
    talk = Conversation(
        document("<Redirect>/a</Redirect>"),
        "<Response><Say>never closed",
        document("<Redirect>/b</Redirect>"),
        document("<Redirect>/c</Redirect>"),
        "no document",
        document("<Say>Here</Say>"),
    )
    await talk.finish()
    assert talk.asked.count("https://app.example/fallback") == 2
    assert talk.said == ["Here"]
    assert talk.call.parts.alert.codes == [12100, 12100]


async def test_what_the_fallback_leads_to_does_not_lead_back_to_it() -> None:
    talk = Conversation("no document", document("<Redirect>/b</Redirect>"), "no document")
    assert await talk.finish() == Finish()
    assert talk.asked == [URL, "https://app.example/fallback", "https://app.example/b"]
    assert talk.said == [APOLOGY]


async def test_with_nothing_to_fall_back_on_the_caller_is_told_sorry() -> None:
    talk = Conversation(source=DocumentSource(url=URL), answered=False)
    assert await talk.finish() == Finish()
    assert talk.said == [APOLOGY]
    assert talk.call.session.call.is_answered


async def test_a_fallback_that_fails_is_the_end() -> None:
    talk = Conversation()
    assert await talk.finish() == Finish()
    assert talk.said == [APOLOGY]
    assert len(talk.asked) == 2


async def test_documents_that_lead_to_each_other_for_ever_are_the_end() -> None:
    talk = Conversation(
        *[document("<Redirect/>")] * (2 * MOST_WITHOUT_A_PAUSE), source=DocumentSource(url=URL)
    )
    assert await talk.finish() == Finish()
    assert len(talk.asked) == MOST_WITHOUT_A_PAUSE
    assert talk.call.parts.alert.codes == [11215]
    assert talk.said == [APOLOGY]


async def test_what_takes_no_time_does_not_count_as_a_moment_of_the_call() -> None:
    talk = Conversation(
        *[document("<Play>empty.wav</Play><Redirect/>")] * (2 * MOST_WITHOUT_A_PAUSE),
        source=DocumentSource(url=URL),
    )
    for _ in range(2 * MOST_WITHOUT_A_PAUSE):
        await talk.call.settle()
        if talk.call.leg.playing and talk.asked.count(URL) <= MOST_WITHOUT_A_PAUSE:
            await talk.call.played()
    assert len(talk.asked) == MOST_WITHOUT_A_PAUSE
    assert talk.call.parts.alert.codes == [11215]
    await talk.finish()


async def test_a_document_waits_for_the_database() -> None:
    talk = Conversation(document("<Hangup/>"))
    ask, away = talk.call.parts.ask, [StoreUnavailable("away"), StoreUnavailable("away")]

    class Away:
        async def __call__(self, **told: Any) -> Any:
            if away:
                raise away.pop()
            return await ask(**told)

    talk.call.parts.ask = Away()  # type: ignore[assignment]
    assert await asyncio.wait_for(talk.task, 5) == Finish()
    assert talk.call.parts.alert.codes == []


async def test_in_a_whisper_another_document_is_for_who_connects_the_call() -> None:
    talk = Conversation(document("<Say>Long</Say>"))
    talk.call.session.whispers = True
    await talk.call.settle()
    talk.call.session.tell(RedirectOrder(DocumentSource(url="https://b.example/new")))
    await talk.call.settle()
    with pytest.raises(Interrupted):
        talk.task.result()


async def test_audio_that_is_the_answer_is_asked_for_as_the_answer_was() -> None:
    for method in ("GET", "POST"):
        audio = Exchange(url=URL, status=200, content_type="audio/wav", body=b"RIFF")
        talk = Conversation(audio, source=DocumentSource(url=URL, method=method))
        assert await talk.finish() is None
        assert talk.call.parts.fetched == [(method, URL)]


async def test_a_menu_that_repeats_itself_is_none_of_these() -> None:
    talk = Conversation(
        *[document("<Say>Menu</Say><Redirect/>")] * (MOST_WITHOUT_A_PAUSE + 9),
        document("<Hangup/>"),
    )
    assert await talk.finish() == Finish()
    assert talk.said == ["Menu"] * (MOST_WITHOUT_A_PAUSE + 9)


async def test_a_document_may_be_given_as_text() -> None:
    talk = Conversation(source=DocumentSource(twiml=document("<Say>Hi</Say>")))
    assert await talk.finish() is None
    assert talk.said == ["Hi"]
    assert talk.asked == []


async def test_text_that_is_no_document_is_told() -> None:
    talk = Conversation(source=DocumentSource(twiml="<Response>"))
    await talk.finish()
    assert talk.call.parts.alert.codes == [12100]
    assert talk.said == [APOLOGY]


async def test_an_order_takes_the_place_of_whatever_goes_on() -> None:
    talk = Conversation(document("<Say>Long</Say>"), document("<Say>New</Say>"))
    await talk.call.settle()
    talk.call.session.tell(RedirectOrder(DocumentSource(url="https://b.example/new")))
    await talk.call.settle()
    assert "stop playing" in talk.call.leg.orders
    assert await talk.finish() is None
    assert talk.asked[-1] == "https://b.example/new"
    assert talk.said == ["Long", "New"]


async def test_the_end_is_an_order_that_nothing_follows() -> None:
    talk = Conversation(document("<Say>Long</Say>"))
    await talk.call.settle()
    talk.call.session.tell(EndOrder())
    await talk.call.settle()
    with pytest.raises(Interrupted):
        talk.task.result()


async def test_after_a_hangup_nothing_is_executed() -> None:
    talk = Conversation(document("<Record/>"), document("<Say>Never</Say>"))
    await talk.call.settle()
    await talk.call.played()  # the beep
    talk.call.session.hear(HungUp(leg=talk.call.leg.sid, frame=1))
    (handle,) = talk.call.parts.recordings.begun
    handle.over()
    await talk.call.settle()
    with pytest.raises(FarEndGone):
        talk.task.result()
    assert talk.call.parts.ask.asked[-1][2]["Digits"] == "hangup"
    assert len(talk.asked) == 2


async def test_what_is_wrong_in_a_document_is_told_and_the_rest_carried_out() -> None:
    talk = Conversation(document('<Say loud="yes">Hi</Say><Shout>no</Shout>'))
    await talk.finish()
    assert talk.said == ["Hi"]
    assert talk.call.parts.alert.codes == [12200, 12200]


async def test_verbs_are_noted_with_what_they_were_given() -> None:
    talk = Conversation(document('<Gather numDigits="1"><Say voice="woman">Press</Say></Gather>'))
    await talk.call.settle()
    kept = talk.call.parts.commit.items
    noted: list[Any] = [each.data for each in kept if getattr(each, "kind", "") == "call.verb"]
    assert noted == [
        {
            "verb": "Gather",
            "num_digits": 1,
            "prompts": [{"element": "Say", "voice": "woman", "parts": ["Press"]}],
        }
    ]
    assert talk.call.leg.playing[0][1] == (spoken("Press"),)
    talk.task.cancel()
