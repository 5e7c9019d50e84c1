"""Signing in from programs: the authorization server (OAuth 2.1) for `membrane login`,
`maton login` and our own command line. A person proves who they are by an API key of the gateway,
or by a sign-in code of the operator's, and the program gets tokens of its own."""

from __future__ import annotations

from trunkline.gateway.sign_in.discovery import challenge
from trunkline.gateway.sign_in.model import Notice, People, shown_email
from trunkline.gateway.sign_in.people import PeopleOf
from trunkline.gateway.sign_in.sign_in import SignIn
from trunkline.gateway.sign_in.sign_in_codes import SignInCodes
from trunkline.gateway.sign_in.signing_keys import SEALED

__all__ = [
    "SEALED",
    "Notice",
    "People",
    "PeopleOf",
    "SignIn",
    "SignInCodes",
    "challenge",
    "shown_email",
]
