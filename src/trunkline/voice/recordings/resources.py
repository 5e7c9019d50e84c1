"""The Recordings operations: of an account, of a call, of a conference (behaviour 6.7)."""

from __future__ import annotations

from trunkline.rest.operation import Call, RestPage, operation
from trunkline.rest.pages import page_request, paginate
from trunkline.rest.parameters import NoParameters
from trunkline.rest.path_sids import path_sid
from trunkline.voice.recordings.begin_recording import BeginRecording
from trunkline.voice.recordings.change_recording import CURRENT, ChangeRecording
from trunkline.voice.recordings.delete_recording import DeleteRecording
from trunkline.voice.recordings.parameters import (
    CreateCallRecordingParameters,
    FetchRecordingParameters,
    ListCallRecordingParameters,
    ListRecordingParameters,
    UpdateCallRecordingParameters,
)
from trunkline.voice.recordings.read_recordings import ReadRecordings
from trunkline.voice.recordings.representation import (
    CallRecording,
    ConferenceRecording,
    Recording,
    call_recording,
    conference_recording,
    recording,
)

__all__ = ["AccountRecordings", "CallRecordings", "ConferenceRecordings"]

ACCOUNT = "/2010-04-01/Accounts/{AccountSid}"
OF_ACCOUNT = ACCOUNT + "/Recordings"
OF_CALL = ACCOUNT + "/Calls/{CallSid}/Recordings"
OF_CONFERENCE = ACCOUNT + "/Conferences/{ConferenceSid}/Recordings"
KEY = "recordings"


class AccountRecordings:
    """The recordings of an account."""

    def __init__(self, read: ReadRecordings, delete: DeleteRecording) -> None:
        self._read = read
        self._delete = delete

    @operation(
        "FetchRecording",
        "GET",
        OF_ACCOUNT + "/{Sid}",
        parameters=FetchRecordingParameters,
        returns=Recording,
    )
    async def fetch_recording(self, call: Call, asked: FetchRecordingParameters) -> Recording:
        """Read what is known of a recording; its audio is there without `.json`."""
        deleted = asked.include_soft_deleted or False
        row = await self._read.one(call, path_sid(call, "RE"), deleted=deleted)
        return recording(row, call.base_url)

    @operation(
        "ListRecording",
        "GET",
        OF_ACCOUNT,
        parameters=ListRecordingParameters,
        returns=Recording,
        list_key=KEY,
    )
    async def list_recording(self, call: Call, asked: ListRecordingParameters) -> RestPage:
        """List the recordings of an account, newest first."""
        page = page_request(call, ("RE",))
        rows = await self._read.page(
            call,
            page,
            asked,
            call_sid=asked.call_sid,
            conference_sid=asked.conference_sid,
            deleted=asked.include_soft_deleted or False,
        )
        items = [recording(row, call.base_url) for row in rows]
        return paginate(call, page, KEY, [(item.sid, item) for item in items])

    @operation("DeleteRecording", "DELETE", OF_ACCOUNT + "/{Sid}")
    async def delete_recording(self, call: Call, _: NoParameters) -> None:
        """Delete the audio at once; what is known of it can be read for 40 days."""
        await self._delete(call, path_sid(call, "RE"))


class CallRecordings:
    """The recordings of a call."""

    def __init__(
        self,
        *,
        begin: BeginRecording,
        read: ReadRecordings,
        change: ChangeRecording,
        delete: DeleteRecording,
    ) -> None:
        self._begin = begin
        self._read = read
        self._change = change
        self._delete = delete

    @operation(
        "CreateCallRecording",
        "POST",
        OF_CALL,
        parameters=CreateCallRecordingParameters,
        returns=CallRecording,
    )
    async def create_call_recording(
        self, call: Call, asked: CreateCallRecordingParameters
    ) -> CallRecording:
        """Record a call that is in progress, from now on."""
        return call_recording(await self._begin(call, path_sid(call, "CA", "CallSid"), asked))

    @operation("FetchCallRecording", "GET", OF_CALL + "/{Sid}", returns=CallRecording)
    async def fetch_call_recording(self, call: Call, _: NoParameters) -> CallRecording:
        """Read what is known of a recording of a call."""
        call_sid = path_sid(call, "CA", "CallSid")
        return call_recording(await self._read.one(call, path_sid(call, "RE"), call_sid=call_sid))

    @operation(
        "ListCallRecording",
        "GET",
        OF_CALL,
        parameters=ListCallRecordingParameters,
        returns=CallRecording,
        list_key=KEY,
    )
    async def list_call_recording(self, call: Call, asked: ListCallRecordingParameters) -> RestPage:
        """List the recordings of a call, newest first."""
        call_sid = path_sid(call, "CA", "CallSid")
        page = page_request(call, ("RE",))
        await self._read.call(call, call_sid)
        rows = await self._read.page(call, page, asked, call_sid=call_sid)
        items = [call_recording(row) for row in rows]
        return paginate(call, page, KEY, [(item.sid, item) for item in items])

    @operation(
        "UpdateCallRecording",
        "POST",
        OF_CALL + "/{Sid}",
        parameters=UpdateCallRecordingParameters,
        returns=CallRecording,
        also=(CURRENT,),
    )
    async def update_call_recording(
        self, call: Call, asked: UpdateCallRecordingParameters
    ) -> CallRecording:
        """Pause, resume or stop a recording; `Twilio.CURRENT` names the one that goes on."""
        call_sid = path_sid(call, "CA", "CallSid")
        return call_recording(await self._change(call, asked, call_sid=call_sid))

    @operation("DeleteCallRecording", "DELETE", OF_CALL + "/{Sid}")
    async def delete_call_recording(self, call: Call, _: NoParameters) -> None:
        """Delete the audio at once; what is known of it can be read for 40 days."""
        call_sid = path_sid(call, "CA", "CallSid")
        await self._delete(call, path_sid(call, "RE"), call_sid=call_sid)


class ConferenceRecordings:
    """The recordings of a conference: there are none yet."""

    def __init__(
        self, read: ReadRecordings, change: ChangeRecording, delete: DeleteRecording
    ) -> None:
        self._read = read
        self._change = change
        self._delete = delete

    @operation(
        "FetchConferenceRecording", "GET", OF_CONFERENCE + "/{Sid}", returns=ConferenceRecording
    )
    async def fetch_conference_recording(self, call: Call, _: NoParameters) -> ConferenceRecording:
        """Read what is known of a recording of a conference."""
        sid = path_sid(call, "CF", "ConferenceSid")
        return conference_recording(
            await self._read.one(call, path_sid(call, "RE"), conference_sid=sid)
        )

    @operation(
        "ListConferenceRecording",
        "GET",
        OF_CONFERENCE,
        parameters=ListCallRecordingParameters,
        returns=ConferenceRecording,
        list_key=KEY,
    )
    async def list_conference_recording(
        self, call: Call, asked: ListCallRecordingParameters
    ) -> RestPage:
        """List the recordings of a conference, newest first."""
        sid = path_sid(call, "CF", "ConferenceSid")
        page = page_request(call, ("RE",))
        rows = await self._read.page(call, page, asked, conference_sid=sid)
        items = [conference_recording(row) for row in rows]
        return paginate(call, page, KEY, [(item.sid, item) for item in items])

    @operation(
        "UpdateConferenceRecording",
        "POST",
        OF_CONFERENCE + "/{Sid}",
        parameters=UpdateCallRecordingParameters,
        returns=ConferenceRecording,
        also=(CURRENT,),
    )
    async def update_conference_recording(
        self, call: Call, asked: UpdateCallRecordingParameters
    ) -> ConferenceRecording:
        """Pause, resume or stop a recording of a conference."""
        sid = path_sid(call, "CF", "ConferenceSid")
        return conference_recording(await self._change(call, asked, conference_sid=sid))

    @operation("DeleteConferenceRecording", "DELETE", OF_CONFERENCE + "/{Sid}")
    async def delete_conference_recording(self, call: Call, _: NoParameters) -> None:
        """Delete the audio at once; what is known of it can be read for 40 days."""
        sid = path_sid(call, "CF", "ConferenceSid")
        await self._delete(call, path_sid(call, "RE"), conference_sid=sid)
