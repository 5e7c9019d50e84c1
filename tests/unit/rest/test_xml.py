from xml.etree import ElementTree

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.rest.notes_api import NOTE, PARENT, Service, notes
from trunkline.rest import xml


async def answer_in_xml(target, service=None):
    answer = await (service or Service()).client().get(target)
    assert answer.headers["content-type"] == "application/xml"
    root = ElementTree.fromstring(answer.body)
    assert root.tag == "TwilioResponse"
    return answer, root[0]


async def test_a_resource_in_xml():
    for suffix in ("", ".xml"):
        answer, _ = await answer_in_xml(notes(PARENT, f"/{NOTE}{suffix}"))
        assert answer.status == 200
        assert answer.body.decode() == (
            "<?xml version='1.0' encoding='UTF-8'?>\n"
            f"<TwilioResponse><Note><Sid>{NOTE}</Sid><AccountSid>{PARENT}</AccountSid>"
            "<Text>a &lt; b &amp; c</Text><Pinned>true</Pinned><Author/><From/>"
            "<SubresourceUris><OtherNotes>/x?a=1&amp;b=2</OtherNotes></SubresourceUris>"
            "</Note></TwilioResponse>"
        )


async def test_a_list_in_xml():
    service = Service()
    service.notes.count = 3
    answer, wrapped = await answer_in_xml(notes(PARENT, "?PageSize=2&To=%22%3C"), service)
    uri = f"{notes(PARENT, '')}?To=%22%3C&PageSize=2&Page="
    assert wrapped.tag == "Notes"
    assert wrapped.attrib == {
        "page": "0",
        "pagesize": "2",
        "start": "0",
        "end": "1",
        "uri": f"{uri}0",
        "firstpageuri": f"{uri}0",
        "nextpageuri": f"{uri}1&PageToken=PANO{1:032x}",
        "previouspageuri": "",
    }
    assert [item.tag for item in wrapped] == ["Note", "Note"]
    assert answer.status == 200


async def test_a_list_without_pages_in_xml():
    target = f"/2010-04-01/Accounts/{PARENT}/Papers/US/Local"
    _, wrapped = await answer_in_xml(target)
    assert (wrapped.tag, wrapped.attrib, wrapped[0].tag) == ("Papers", {"uri": target}, "Note")


async def test_a_refusal_in_xml():
    answer, told = await answer_in_xml(f"/2010-04-01/Accounts/{PARENT}/Nowhere")
    assert answer.status == 404
    assert [(child.tag, child.text) for child in told] == [
        ("Code", "20404"),
        ("Message", f"The requested resource /2010-04-01/Accounts/{PARENT}/Nowhere was not found"),
        ("MoreInfo", "https://www.twilio.com/docs/errors/20404"),
        ("Status", "404"),
    ]


async def test_a_refusal_of_credentials_in_xml_has_its_detail():
    answer = await Service().anonymous().get(notes(PARENT, ""))
    told = ElementTree.fromstring(answer.body)[0]
    assert [child.tag for child in told] == ["Code", "Detail", "Message", "MoreInfo", "Status"]


@given(st.text(max_size=60))
def test_any_text_gives_xml_that_a_parser_reads_back(text):
    class Box(msgspec.Struct):
        text: str
        texts: list[str]
        by_name: dict[str, str]

    kept = xml.FORBIDDEN.sub("", text)
    root = ElementTree.fromstring(xml.render_item(Box(text, [text], {text: text})))
    assert root[0].tag == "Box"
    assert (root[0][0].text or "") == kept
    assert (root[0][1][0].tag, root[0][1][0].text or "") == ("Text", kept)
    assert (root[0][2][0].text or "") == kept


def test_a_struct_may_name_its_element():
    class OddlyNamed(msgspec.Struct):
        xml_name = "Call"

        price: float | None

    body = xml.render_item(OddlyNamed(1.5))
    assert b"<Call><Price>1.5</Price></Call>" in body
