"""Who asks: a CDS client by the token it signed, or a person of ours by their session.

CDS Hooks 2.0, Trusting CDS Clients. No client is believed that an administrator did not enter, no
key but those of the address entered with it (``jku`` is not read), no token twice.
"""

from __future__ import annotations

import hashlib
import time
from typing import Any

import jwt
from django.conf import settings
from django.core.cache import cache
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.request import Request

from acct.authentication import SessionJWTAuthentication, bearer_token
from common.errors import AuthenticationError, ErrorCode, ExternalError
from fhir.clients.key_sets import signing_key
from fhir.models import CdsClient

ALGORITHMS = ("ES384", "RS384", "ES256", "ES512", "RS256", "RS512", "PS256", "PS384", "PS512")
LIFE_S = 300
"""The longest a token may be good for."""
SKEW_S = 30
"""By how much the clock of a client may differ."""
_CLAIMS = ("iss", "aud", "exp", "iat", "jti")


def service_url(*parts: str) -> str:
    """Of the services, or of one: what a token must be meant for (``aud``)."""
    return "/".join([f"{settings.PUBLIC_BASE_URL}/api/cds-services", *parts])


class HookAuthentication(SessionJWTAuthentication):
    """``request.auth`` is the CdsClient, or the Session of our own person.

    The person for whom a client asks is named in the body: the view says who it is
    (``person_of``).
    """

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        token = bearer_token(request)
        if token is None or not _is_of_client(token):
            return super().authenticate(request)
        view = request.parser_context["view"]
        client = client_of(token, view.audiences(**request.parser_context["kwargs"]))
        return view.person_of(client, request), client


class HookBearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "fhir.cds_hooks.client_tokens.HookAuthentication"
    name = "cds_client"

    def get_security_requirement(self, auto_schema: Any) -> list[dict[str, list[Any]]]:
        return [{"bearer": []}, {self.name: []}]

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


def _is_of_client(token: str) -> bool:
    """By its algorithm: the tokens of our sessions are signed with a secret of ours."""
    try:
        return jwt.get_unverified_header(token).get("alg") in ALGORITHMS
    except jwt.PyJWTError:
        return False


def client_of(token: str, audiences: tuple[str, ...]) -> CdsClient:
    """The client that signed the token. Raises AuthenticationError (401)."""
    try:
        header = jwt.get_unverified_header(token)
        issuer = jwt.decode(token, options={"verify_signature": False}).get("iss")
        client = CdsClient.objects.filter(issuer=str(issuer), enabled=True).first()
        if client is None:
            raise _refused("the issuer is not known")
        key = signing_key(client.jwks_url, str(header.get("kid", "")))
        if key is None:
            raise _refused("the key is not known")
        claims = jwt.decode(
            token,
            jwt.PyJWK(key, algorithm=header["alg"]),
            algorithms=list(ALGORITHMS),
            audience=list(audiences),
            issuer=client.issuer,
            leeway=SKEW_S,
            options={"require": list(_CLAIMS)},
        )
    except (jwt.PyJWTError, ValueError, TypeError, KeyError, OverflowError) as error:
        raise _refused(type(error).__name__) from None
    except ExternalError:
        raise _refused("the key set of the issuer cannot be read") from None
    _use_once(client, claims)
    return client


def _use_once(client: CdsClient, claims: dict[str, Any]) -> None:
    """Raises AuthenticationError: good for too long, or used before."""
    expires = int(claims["exp"])
    left = expires - time.time()
    if left > LIFE_S + SKEW_S or expires - int(claims["iat"]) > LIFE_S:
        raise _refused("exp is more than 5 minutes away")
    if not isinstance(claims["jti"], str) or not 0 < len(claims["jti"]) <= 255:
        raise _refused("jti")
    used = hashlib.sha256(claims["jti"].encode()).hexdigest()
    if not cache.add(f"cds:jti:{client.pk}:{used}", True, int(left) + 2 * SKEW_S):
        raise _refused("the token was used before")


def _refused(reason: str) -> AuthenticationError:
    return AuthenticationError(ErrorCode.TOKEN_INVALID, f"CDS client: {reason}")
