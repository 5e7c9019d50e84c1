"""Every declared operation is one of Twilio's, with the same path, method and parameters."""

from typing import Any

import pytest

from tests.support import openapi
from trunkline.rest.operation import Operation, operations_of
from trunkline.rest.parameters import parameters_of
from trunkline.server.compose import resource_classes

CLASSIC = "2010-04-01"
PAGING = {"PageSize", "Page", "PageToken"}
DECLARED = [declared for cls in resource_classes() for _, declared in operations_of(cls)]

# Parameters of the official operation that ours has not.
LEFT_OUT = {
    "ListAvailablePhoneNumberCountry": (
        PAGING,
        "the answer has no paging, in the official example neither, and there is one country",
    ),
}
# Operations that Twilio answers in two ways, 200 and 201; ours is one of them.
TWO_STATUSES = {
    "CreateCallRecording",
    "CreatePhoneNumber",
    "CreateShortCode",
    "UpdateDomainCertV4",
    "UpdateDomainConfig",
    "UpdateRequestManagedCert",
}
# Words of an enumeration that are checked elsewhere than in the declaration.
WORDS_ELSEWHERE = {
    ("UpdateMessage", "Status"): "any other word is 400/30400 together with the rest of the form",
}
# Parameters whose type is another.
OTHER_TYPE = {
    ("CreateNewKey", "Policy"): "there are no restricted keys: nothing but the empty text is taken",
    ("UpdateKey", "Policy"): "there are no restricted keys: nothing but the empty text is taken",
}


def document_of(declared: Operation) -> str:
    """The product's document: `api_v2010`, `iam_v1`."""
    version = "v2010" if declared.version == CLASSIC else declared.version
    return f"{declared.product}_{version}"


def official(declared: Operation) -> openapi.Operation:
    """The official operation at the same method and path."""
    path = f"{declared.path}.json" if declared.version == CLASSIC else declared.path
    for each in openapi.operations(document_of(declared)):
        if (each.method, each.path) == (declared.method, path):
            return each
    raise AssertionError(f"Twilio has no {declared.method} {path}")


def official_parameters(declared: Operation) -> dict[str, Any]:
    """The schema of each parameter of the official form or query, by name."""
    theirs = official(declared)
    return {**theirs.form, **theirs.query}


def schema_of(declared: Operation, schema: dict[str, Any]) -> dict[str, Any]:
    """The schema that a reference names."""
    reference = schema.get("$ref")
    if reference is None:
        return schema
    schemas = openapi.official(document_of(declared))["components"]["schemas"]
    found: dict[str, Any] = schemas[reference.rsplit("/", 1)[1]]
    return found


@pytest.mark.parametrize("declared", DECLARED, ids=lambda each: f"{each.product} {each.name}")
class TestDeclared:
    def test_name_method_and_path_are_official(self, declared: Operation) -> None:
        assert official(declared).operation_id == declared.name

    def test_the_status_is_official(self, declared: Operation) -> None:
        successes = [
            status for status in official(declared).definition["responses"] if status < "4"
        ]
        if declared.product in ("api", "messaging") and declared.name in TWO_STATUSES:
            successes.remove("200" if declared.status == 201 else "201")
        assert successes == [str(declared.status)]

    def test_the_parameters_are_the_same(self, declared: Operation) -> None:
        ours = set(parameters_of(declared.parameters))
        if declared.list_key is not None and declared.paged:
            ours |= PAGING
        left_out, _ = LEFT_OUT.get(declared.name, (set(), ""))

        assert ours | left_out == set(official_parameters(declared))

    def test_the_parameters_stand_in_the_same_place(self, declared: Operation) -> None:
        """What has a body reads it alone, all else its query; Twilio asks for no header."""
        theirs = official(declared)
        assert not (theirs.query if declared.takes_body else theirs.form)
        assert theirs.json_body == (declared.body == "json")
        places = {each["in"] for each in theirs.definition.get("parameters", ())}
        assert places <= {"path", "query"}

    def test_the_parameters_are_of_the_same_type(self, declared: Operation) -> None:
        theirs = official_parameters(declared)
        for name, parameter in parameters_of(declared.parameters).items():
            wanted = schema_of(declared, theirs[name])
            assert (wanted.get("type") == "array") == parameter.many, name
            if parameter.many:
                wanted = schema_of(declared, wanted["items"])
            ours = parameter.kind.schema()
            if (declared.name, name) not in OTHER_TYPE:
                assert ours.get("type") == wanted.get("type"), name
            if (declared.name, name) not in WORDS_ELSEWHERE:
                assert set(wanted.get("enum", ())) <= set(ours.get("enum", ())), name


def test_required_parameters_are_refused_when_they_are_missing() -> None:
    """Each official form's required parameters; test_python_* tells by which code."""
    required = {
        f"{declared.product} {declared.name}": sorted(official(declared).required_form)
        for declared in DECLARED
        if official(declared).required_form
    }
    assert required == {
        "accounts CreateBulkConsents": ["Items"],
        "api CreateCall": ["From", "To"],
        "api CreateMessage": ["To"],
        "api CreateIncomingPhoneNumberLocal": ["PhoneNumber"],
        "api CreateIncomingPhoneNumberMobile": ["PhoneNumber"],
        "api CreateIncomingPhoneNumberTollFree": ["PhoneNumber"],
        "api UpdateCallRecording": ["Status"],
        "api UpdateConferenceRecording": ["Status"],
        "content CreateApprovalCreate": ["category", "name"],
        "content CreateContent": ["language", "types"],
        "content UpdateContent": ["types"],
        "iam CreateNewKey": ["AccountSid"],
        "messaging CreateAlphaSender": ["AlphaSender"],
        "messaging CreateChannelSender": ["Sid"],
        "messaging CreateChannelsSender": ["sender_id"],
        "messaging CreateDestinationAlphaSender": ["AlphaSender"],
        "messaging CreatePhoneNumber": ["PhoneNumberSid"],
        "messaging CreateService": ["FriendlyName"],
        "messaging CreateShortCode": ["ShortCodeSid"],
        "messaging CreateTypingIndicator": ["channel", "messageId"],
        "messaging UpdateDomainCertV4": ["TlsCert"],
    }


def test_deviations_speak_of_what_is_declared() -> None:
    names = {declared.name for declared in DECLARED}
    assert set(LEFT_OUT) <= names
    assert {name for name, _ in (*WORDS_ELSEWHERE, *OTHER_TYPE)} <= names
