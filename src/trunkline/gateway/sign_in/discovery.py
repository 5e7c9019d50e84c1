"""The documents by which clients find the authorization server: RFC 8414, RFC 9728, OpenID."""

from __future__ import annotations

from typing import Any, Final

from trunkline.gateway.sign_in.model import GRANT_TYPES, SCOPES

__all__ = ["JWKS_PATH", "challenge", "protected_resource", "server_metadata"]

JWKS_PATH: Final = "/oauth/jwks"


def server_metadata(issuer: str) -> dict[str, Any]:
    """The metadata of the server at `issuer` (RFC 8414, 2), as OpenID Connect Discovery wants it,
    too."""
    return {
        "issuer": issuer,
        "authorization_endpoint": issuer + "/oauth/authorize",
        "token_endpoint": issuer + "/oauth/token",
        "registration_endpoint": issuer + "/oauth/register",
        "revocation_endpoint": issuer + "/oauth/revoke",
        "device_authorization_endpoint": issuer + "/oauth/device_authorization",
        "jwks_uri": issuer + JWKS_PATH,
        "scopes_supported": list(SCOPES),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": list(GRANT_TYPES),
        "token_endpoint_auth_methods_supported": ["none"],
        "revocation_endpoint_auth_methods_supported": ["none"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "claims_supported": ["iss", "sub", "aud", "exp", "iat", "nonce", "email"],
    }


def protected_resource(base: str) -> dict[str, Any]:
    """Which server gives tokens for the API at `base` (RFC 9728, 2): the one at the same place."""
    return {
        "resource": base,
        "authorization_servers": [base],
        "scopes_supported": list(SCOPES),
        "bearer_methods_supported": ["header"],
        "resource_name": "Trunkline",
    }


def challenge(base: str) -> str:
    """The value of `WWW-Authenticate` with which a face may answer 401 (RFC 9728, 5.1)."""
    return f'Bearer resource_metadata="{base}/.well-known/oauth-protected-resource"'
