import json

from tests.unit.rest.notes_api import Diaries, Notes
from trunkline.rest.openapi import openapi_document

DOCUMENT = openapi_document([Notes, Diaries], version="1.2.3")
NOTES = "/2010-04-01/Accounts/{AccountSid}/Notes.json"


def test_every_operation_is_in_the_document():
    names = {spec["operationId"] for path in DOCUMENT["paths"].values() for spec in path.values()}
    assert names == {
        "CreateNote",
        "DeleteNote",
        "FetchAccount",
        "MessagingV1FetchDiary",  # one name in two products would be one operation
        "FetchNote",
        "FetchPicture",
        "ListAccount",
        "MessagingV1ListDiary",
        "ListNote",
        "ListPaper",
        "SlowNote",
    }
    assert json.loads(json.dumps(DOCUMENT))["info"]["version"] == "1.2.3"
    assert "/messaging/v1/Diaries/{Sid}" in DOCUMENT["paths"]


def test_references_lead_somewhere():
    text = json.dumps(DOCUMENT)
    for part in text.split('"$ref": "#/components/schemas/')[1:]:
        assert part.split('"')[0] in DOCUMENT["components"]["schemas"]


def test_a_create_takes_a_form():
    spec = DOCUMENT["paths"][NOTES]["post"]
    form = spec["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]
    assert form["properties"] == {
        "Text": {"type": "string", "maxLength": 20, "description": "What it says."},
        "Tag": {
            "type": "array",
            "items": {"type": "string"},
            "description": "A word to find it by.",
        },
    }
    assert spec["responses"]["201"]["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/NoteResource"
    }
    properties = DOCUMENT["components"]["schemas"]["NoteResource"]["properties"]
    assert list(properties)[:2] == ["sid", "account_sid"]
    assert "from" in properties


def test_a_list_takes_filters_and_pages():
    spec = DOCUMENT["paths"][NOTES]["get"]
    names = [one["name"] for one in spec["parameters"]]
    assert names == ["AccountSid", "To", "DateSent>", "Tag", "PageSize", "Page", "PageToken"]
    schema = spec["responses"]["200"]["content"]["application/json"]["schema"]
    assert set(schema["required"]) == {
        "notes",
        "end",
        "first_page_uri",
        "next_page_uri",
        "page",
        "page_size",
        "previous_page_uri",
        "start",
        "uri",
    }
    v1 = DOCUMENT["paths"]["/messaging/v1/Diaries"]["get"]["responses"]["200"]
    assert set(v1["content"]["application/json"]["schema"]["required"]) == {"meta", "diaries"}
    papers = DOCUMENT["paths"]["/2010-04-01/Accounts/{AccountSid}/Papers/{CountryCode}/Local.json"]
    schema = papers["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert schema["required"] == ["papers", "uri"]
    assert [one["name"] for one in papers["get"]["parameters"]] == ["AccountSid", "CountryCode"]
