"""JWT bearer tokens bound to a session that can be ended at once."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import AccessToken

from acct import selectors
from acct.models import Session, User
from common.errors import AuthenticationError, ErrorCode


def bearer_token(request: HttpRequest | Request) -> str | None:
    """The token of the Authorization header; None without one. Raises AuthenticationError."""
    header = str(request.META.get("HTTP_AUTHORIZATION", ""))
    if not header:
        return None
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token or " " in token.strip():
        raise AuthenticationError(ErrorCode.TOKEN_INVALID, "use Authorization: Bearer <token>")
    return token.strip()


def session_of(token: str) -> Session:
    """Verify signature, issuer, expiry and kind, and that the session was not ended.

    Raises AuthenticationError (401).
    """
    try:
        claims = AccessToken(token)  # type: ignore[arg-type]
        session_id = str(UUID(claims["sid"]))
    except (TokenError, KeyError, ValueError, TypeError, AttributeError):
        raise AuthenticationError(ErrorCode.TOKEN_INVALID) from None
    session = selectors.session_active(session_id)
    if session is None:
        raise AuthenticationError(ErrorCode.TOKEN_REVOKED)
    return session


class SessionJWTAuthentication(BaseAuthentication):
    """DRF's side of it; ``request.auth`` is the Session."""

    def authenticate(self, request: Request) -> tuple[User, Session] | None:
        token = bearer_token(request)
        if token is None:
            return None
        session = session_of(token)
        return session.user, session

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "acct.authentication.SessionJWTAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
