"""A session survives a restart in the data of its next request."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from trunkline.messaging.replies.reply_session import MOST_DOCUMENTS, NextDocument, Session

documents = st.builds(NextDocument, st.text(), st.sampled_from(["GET", "POST"]))
sessions = st.builds(
    Session,
    documents=st.integers(1, 60),
    replies=st.integers(0, 12),
    fallback=st.none() | documents,
)


@given(sessions)
def test_it_comes_back_as_it_was_stored(session: Session) -> None:
    stored = msgspec.json.decode(msgspec.json.encode(session.data()))
    assert Session.of(stored) == session


def test_of_no_data_it_is_a_first_request() -> None:
    assert Session.of({}) == Session()


def test_every_request_counts_and_the_fallback_is_there_once() -> None:
    fallback = NextDocument("https://app.example/fallback", "GET")
    session = Session(fallback=fallback).after(3).after(2)
    assert (session.documents, session.replies, session.fallback) == (3, 5, fallback)
    session = session.at_fallback()
    assert (session.documents, session.replies, session.fallback) == (4, 5, None)


def test_it_ends_with_the_fiftieth_document() -> None:
    assert not Session(documents=MOST_DOCUMENTS - 1).exhausted
    assert Session(documents=MOST_DOCUMENTS).exhausted
