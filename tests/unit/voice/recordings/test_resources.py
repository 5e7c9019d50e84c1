"""The Recordings operations: shapes, statuses and refusals."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.support.shapes import assert_shape, official_shape
from tests.unit.voice.recordings.support import Studio
from trunkline.voice.recordings.begin_recording import NamedCall
from trunkline.voice.recordings.delete_recording import KEPT_DELETED

CALL_NOT_RECORDABLE = (400, 21220, "Requested resource is not eligible for recording")


def shaped(answer: Any, operation: str, status: int) -> None:
    assert answer.status == status, answer.text
    assert_shape(answer.json, *official_shape("api_v2010", operation, status))


class TestCreate:
    async def test_the_answer_is_shaped_as_the_example(self, studio: Studio) -> None:
        call = await studio.call()
        made = await studio.create(
            call.sid, RecordingChannels="dual", Trim="trim-silence", RecordingConfigurationId="x"
        )
        shaped(made, "CreateCallRecording", 201)
        shown = made.json
        assert (shown["status"], shown["source"], shown["track"], shown["channels"]) == (
            "in-progress", "StartCallRecordingAPI", "both", 2,
        )  # fmt: skip
        assert (shown["duration"], shown["price_unit"], shown["call_sid"]) == (None, None, call.sid)
        [(_, order)] = studio.legs[call.sid].orders
        assert (order.channels, order.trim) == (2, True)

    async def test_by_default_it_is_mono_and_not_trimmed(self, studio: Studio) -> None:
        call = await studio.call()
        assert (await studio.create(call.sid)).json["channels"] == 1
        [(_, order)] = studio.legs[call.sid].orders
        assert (order.channels, order.trim, order.track) == (1, False, "both")

    @pytest.mark.parametrize("status", ["queued", "ringing", "completed"])
    async def test_a_call_that_is_not_in_progress_is_refused(
        self, studio: Studio, status: str
    ) -> None:
        call = await studio.call(status)
        assert (await studio.create(call.sid)).refusal == CALL_NOT_RECORDABLE

    async def test_a_call_that_is_just_ending_is_refused(self, studio: Studio) -> None:
        call = await studio.call()
        studio.legs.clear()
        assert (await studio.create(call.sid)).refusal == CALL_NOT_RECORDABLE

    async def test_an_unknown_call_is_not_found(self, studio: Studio) -> None:
        sid = studio.core.sids.new("CA")
        path = studio.path(f"/Calls/{sid}/Recordings.json")
        assert (await studio.create(sid)).refusal == (
            404, 20404, f"The requested resource {path} was not found",
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("name", "value", "code"),
        [
            ("RecordingStatusCallbackEvent", "in-progress done", 21626),
            ("RecordingStatusCallback", "ftp://x", 21609),
            ("RecordingStatusCallbackMethod", "PUT", 21209),
            ("RecordingChannels", "stereo", 20422),
            ("RecordingTrack", "left", 20422),
            ("Trim", "yes", 20422),
            ("Trim", "\0", 20001),
            ("RecordingChannels", "x" * 100_000, 20422),
        ],
    )
    async def test_bad_values_are_refused_and_nothing_is_recorded(
        self, studio: Studio, name: str, value: str, code: int
    ) -> None:
        call = await studio.call()
        answer = await studio.create(call.sid, **{name: value})
        assert answer.refusal[:2] == (400, code)
        assert studio.legs[call.sid].orders == []
        listed = await studio.client.get(studio.path("/Recordings.json"))
        assert listed.json["recordings"] == []

    async def test_test_credentials_are_refused(self, studio: Studio) -> None:
        own = f"/2010-04-01/Accounts/{studio.account.test_account_sid}/Recordings.json"
        assert (await studio.test_client.get(own)).refusal[:2] == (403, 20008)


class TestRead:
    async def test_it_is_shaped_as_the_examples(self, studio: Studio) -> None:
        handle = await studio.recorded(3)
        of_account = await studio.fetch(handle.sid)
        shaped(of_account, "FetchRecording", 200)
        path = studio.path(f"/Recordings/{handle.sid}")
        assert of_account.json["media_url"] == f"https://api.twilio.com{path}"
        assert (of_account.json["duration"], of_account.json["price_unit"]) == ("3", "USD")
        shaped(
            await studio.client.get(
                studio.path(f"/Calls/{handle.call_sid}/Recordings/{handle.sid}.json")
            ),
            "FetchCallRecording",
            200,
        )
        shaped(await studio.client.get(studio.path("/Recordings.json")), "ListRecording", 200)
        shaped(
            await studio.client.get(studio.path(f"/Calls/{handle.call_sid}/Recordings.json")),
            "ListCallRecording",
            200,
        )

    async def test_one_of_another_call_is_not_found(self, studio: Studio) -> None:
        handle, other = await studio.start(), await studio.call()
        for method in ("GET", "DELETE", "POST"):
            path = studio.path(f"/Calls/{other.sid}/Recordings/{handle.sid}.json")
            answer = await studio.client.ask(method, path, b"Status=stopped")
            assert answer.refusal[:2] == (404, 20404)
        assert handle.status == "in-progress"

    async def test_one_of_another_account_is_not_found(self, studio: Studio) -> None:
        handle = await studio.recorded()
        made = await studio.client.post("/2010-04-01/Accounts.json")
        path = f"/2010-04-01/Accounts/{made.json['sid']}/Recordings"
        assert (await studio.client.get(f"{path}/{handle.sid}.json")).status == 404
        assert (await studio.client.delete(f"{path}/{handle.sid}.json")).status == 404
        assert (await studio.client.get(f"{path}.json")).json["recordings"] == []
        token = await studio.client.get(f"{path}.json", PageSize="1", PageToken=f"PA{handle.sid}")
        assert token.refusal[:2] == (400, 21481)

    async def test_xml(self, studio: Studio) -> None:
        handle = await studio.start()
        answer = await studio.client.get(studio.path(f"/Recordings/{handle.sid}.xml"))
        assert f"<Recording><AccountSid>{studio.account.account_sid}<" in answer.text
        answer = await studio.client.get(
            studio.path(f"/Calls/{handle.call_sid}/Recordings/{handle.sid}")
        )
        assert f"<Sid>{handle.sid}</Sid>" in answer.text

    async def test_lists_are_filtered(self, studio: Studio) -> None:
        one, two = await studio.start(), await studio.start()
        now = studio.core.worlds.clock(studio.world_id).now()
        today, tomorrow = f"{now:%Y-%m-%d}", f"{now + timedelta(days=1):%Y-%m-%d}"

        async def listed(**query: str) -> list[str]:
            answer = await studio.client.get(studio.path("/Recordings.json"), **query)
            assert answer.status == 200, answer.text
            return [each["sid"] for each in answer.json["recordings"]]

        assert await listed() == [two.sid, one.sid]
        assert await listed(CallSid=one.call_sid) == [one.sid]
        assert await listed(ConferenceSid="CF" + "0" * 32) == []
        assert await listed(**{"DateCreated>": today}) == [two.sid, one.sid]
        assert await listed(**{"DateCreated<": today}) == [two.sid, one.sid]
        assert await listed(**{"DateCreated>": tomorrow}) == []
        page = await studio.client.get(studio.path("/Recordings.json"), PageSize="1")
        following = await studio.client.get(page.json["next_page_uri"])
        assert [each["sid"] for each in following.json["recordings"]] == [one.sid]

    async def test_a_conference_has_none(self, studio: Studio) -> None:
        path = studio.path("/Conferences/CF" + "0" * 32 + "/Recordings")
        assert (await studio.client.get(f"{path}.json")).json["recordings"] == []
        one = f"{path}/RE{'0' * 32}.json"
        assert (await studio.client.get(one)).status == 404
        assert (await studio.client.post(one, Status="paused")).status == 404
        assert (await studio.client.delete(one)).status == 404

    async def test_one_of_a_conference_is_shaped_as_the_example(self, studio: Studio) -> None:
        conference = studio.core.sids.new("CF")
        handle = await studio.recorded(source="Conference", conference_sid=conference)
        path = studio.path(f"/Conferences/{conference}/Recordings")
        shaped(
            await studio.client.get(f"{path}/{handle.sid}.json"), "FetchConferenceRecording", 200
        )
        shaped(await studio.client.get(f"{path}.json"), "ListConferenceRecording", 200)

    async def test_the_list_of_an_unknown_call_is_not_found(self, studio: Studio) -> None:
        path = studio.path(f"/Calls/{studio.core.sids.new('CA')}/Recordings.json")
        assert (await studio.client.get(path)).status == 404


class TestUpdate:
    async def test_pause_resume_stop(self, studio: Studio) -> None:
        handle = await studio.start()
        studio.leg(handle).hears(1)
        paused = await studio.update(handle, Status="paused", PauseBehavior="skip")
        shaped(paused, "UpdateCallRecording", 200)
        assert paused.json["status"] == "paused"
        assert (await studio.update(handle, Status="in-progress")).json["status"] == "in-progress"
        await studio.update(handle, Status="paused")
        stopped = await studio.update(handle, Status="stopped")
        assert stopped.status == 200
        await handle.ended()
        orders = [order for order in studio.leg(handle).orders if order[0] == "pause"]
        assert orders == [("pause", handle.sid, False), ("pause", handle.sid, True)]
        assert (await studio.fetch(handle.sid)).json["status"] == "completed"

    async def test_a_stopped_one_says_so_until_its_file_is_whole(self, studio: Studio) -> None:
        handle = await studio.start()
        studio.leg(handle).hears(1)
        studio.leg(handle).reports_late = True
        assert (await studio.update(handle, Status="stopped")).json["status"] == "stopped"
        studio.leg(handle).report()
        await handle.ended()

    async def test_current_names_the_one_that_goes_on(self, studio: Studio) -> None:
        await studio.recorded()
        handle = await studio.start()
        path = studio.path(f"/Calls/{handle.call_sid}/Recordings/Twilio.CURRENT.json")
        answer = await studio.client.post(path, Status="paused")
        assert (answer.json["sid"], answer.json["status"]) == (handle.sid, "paused")

    async def test_current_is_refused_where_it_names_none_or_several(self, studio: Studio) -> None:
        call = await studio.call()
        path = studio.path(f"/Calls/{call.sid}/Recordings/Twilio.CURRENT.json")
        assert (await studio.client.post(path, Status="paused")).refusal == (
            404, 20404, f"The requested resource {path} was not found",
        )  # fmt: skip
        one, two = await studio.start(call), await studio.start(call)
        assert (await studio.client.post(path, Status="paused")).refusal[:2] == (400, 20001)
        assert {one.status, two.status} == {"in-progress"}
        assert (await studio.client.get(path)).status == 404

    async def test_that_of_another_account_is_not_changed(self, studio: Studio) -> None:
        handle = await studio.start()
        made = await studio.client.post("/2010-04-01/Accounts.json")
        path = (
            f"/2010-04-01/Accounts/{made.json['sid']}/Calls/{handle.call_sid}"
            "/Recordings/Twilio.CURRENT.json"
        )
        await studio.start(NamedCall(handle.call_sid, handle.recording.account_id, studio.world_id))
        assert (await studio.client.post(path, Status="stopped")).refusal == (
            404, 20404, f"The requested resource {path} was not found",
        )  # fmt: skip
        assert handle.status == "in-progress"

    @pytest.mark.parametrize("status", ["paused", "in-progress", "stopped"])
    async def test_what_has_ended_cannot_be_changed(self, studio: Studio, status: str) -> None:
        handle = await studio.recorded()
        answer = await studio.update(handle, Status=status)
        assert answer.refusal == (
            400, 16114, f"Recording is completed: its status cannot be changed to {status}",
        )  # fmt: skip

    @pytest.mark.parametrize("status", ["", "completed", "absent", "Paused", "\0"])
    async def test_other_statuses_are_refused(self, studio: Studio, status: str) -> None:
        handle = await studio.start()
        assert (await studio.update(handle, Status=status)).refusal[:2] == (400, 20001)
        assert (await studio.update(handle)).refusal[:2] == (400, 20001)
        assert handle.status == "in-progress"


class TestDelete:
    async def test_it_is_gone_but_for_who_asks_for_deleted_ones(self, studio: Studio) -> None:
        handle = await studio.recorded()
        assert (
            await studio.client.delete(studio.path(f"/Recordings/{handle.sid}.json"))
        ).status == 204

        assert (await studio.fetch(handle.sid)).status == 404
        kept = await studio.fetch(handle.sid, IncludeSoftDeleted="true")
        assert (kept.json["status"], kept.json["duration"]) == ("deleted", "2")
        path = studio.path("/Recordings.json")
        assert (await studio.client.get(path)).json["recordings"] == []
        listed = await studio.client.get(path, IncludeSoftDeleted="true")
        assert [each["sid"] for each in listed.json["recordings"]] == [handle.sid]
        again = await studio.client.delete(studio.path(f"/Recordings/{handle.sid}.json"))
        assert again.status == 404

    async def test_its_audio_is_gone_at_once(self, studio: Studio) -> None:
        handle = await studio.recorded()
        blob_id = (await studio.row(handle.sid))["blob_id"].hex
        await studio.hear(studio.path(f"/Recordings/{handle.sid}.mp3"))
        path = studio.path(f"/Calls/{handle.call_sid}/Recordings/{handle.sid}.json")
        assert (await studio.client.delete(path)).status == 204
        assert (await studio.hear(studio.path(f"/Recordings/{handle.sid}"))).status == 404
        assert (await studio.hear(studio.path(f"/Recordings/{handle.sid}.mp3"))).status == 404
        assert list((studio.recordings.folder / "mp3").iterdir()) == []
        await studio.media.sweep.remove_let_go()
        assert [i async for ids in studio.media.blobs.listed() for i in ids if i == blob_id] == []

    async def test_it_is_forgotten_after_forty_days(
        self, studio: Studio, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        handle = await studio.recorded()
        await studio.client.delete(studio.path(f"/Recordings/{handle.sid}.json"))
        await studio.recordings.drop_old()
        assert await studio.row(handle.sid) is not None
        clock = studio.core.worlds.clock(studio.world_id)
        clock.hold(clock.now() + KEPT_DELETED + timedelta(seconds=1))
        kept = await studio.fetch(handle.sid, IncludeSoftDeleted="true")
        assert kept.status == 404
        await studio.recordings.drop_old()
        assert await studio.row(handle.sid) is None

    async def test_one_that_goes_on_is_not_deleted(self, studio: Studio) -> None:
        handle = await studio.start()
        answer = await studio.client.delete(studio.path(f"/Recordings/{handle.sid}.json"))
        assert answer.refusal[:2] == (409, 20009)

    async def test_an_absent_one_is_deleted(self, studio: Studio) -> None:
        handle = await studio.start()
        handle.end()
        await handle.ended()
        answer = await studio.client.delete(studio.path(f"/Recordings/{handle.sid}.json"))
        assert answer.status == 204
