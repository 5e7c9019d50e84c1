import pytest

from tests.unit.rest.notes_api import Diaries, Diary, Notes
from trunkline.rest.operation import bound_operations, operation, operations_of


def declared(resource_class):
    return {o.name: o for _, o in operations_of(resource_class)}


def test_a_declaration_fills_in_what_follows_from_it():
    notes = declared(Notes)
    assert notes["CreateNote"].status == 201
    assert notes["ListNote"].status == 200
    assert notes["DeleteNote"].status == 204
    assert notes["CreateNote"].version == "2010-04-01"
    assert declared(Diaries)["ListDiary"].version == "v1"
    assert notes["CreateNote"].summary == "Write a note."


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/v1/Diaries", 201),
        ("POST", "/v1/Diaries/{Sid}", 200),
        ("GET", "/v1/Diaries", 200),
        ("DELETE", "/v1/Diaries/{Sid}", 204),
    ],
)
def test_the_status_follows_from_method_and_path(method, path, status):
    class Some:
        @operation("Name", method, path, returns=Diary)
        async def do(self, call, parameters):
            """Do."""

    assert declared(Some)["Name"].status == status


def test_operations_are_bound_to_the_instance_that_carries_them_out():
    notes = Notes()
    bound = bound_operations(notes, Diaries())
    assert len(bound) == len(declared(Notes)) + len(declared(Diaries))
    assert bound[0].handler == notes.create_note
