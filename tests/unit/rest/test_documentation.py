import pytest

from tests.unit.rest.notes_api import Diaries, Notes
from trunkline.rest.documentation import coverage_markdown


def test_a_product_has_a_table_of_operations_and_one_of_parameters():
    text = coverage_markdown([Notes, Diaries], {"CreateNote": "Up to a | b.", "api": "The base."})
    assert text.startswith("# Coverage\n")
    assert "## api\n\nThe base.\n" in text
    row = "| CreateNote | `POST /2010-04-01/Accounts/{AccountSid}/Notes.json` | "
    assert f"{row}Write a note. Up to a \\| b. |" in text
    assert "| CreateNote | `Tag` | A word to find it by. May be repeated. |" in text
    assert "List paper. Test credentials may use it. |" in text
    assert "Read an account. Standard API keys may not use it. |" in text
    assert "## messaging\n" in text
    assert "| FetchDiary | `GET /messaging/v1/Diaries/{Sid}` | Read a diary. |" in text


def test_a_note_on_nothing_is_a_mistake():
    with pytest.raises(KeyError, match="CreateNothing"):
        coverage_markdown([Notes], {"CreateNothing": "x"})
