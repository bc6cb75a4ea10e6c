"""JWT bearer tokens, bound to a session that can be revoked."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import AccessToken

from acct import selectors, services
from acct.models import Session, User
from common.errors import AuthenticationError, ErrorCode, InvalidInput

BROWSER_HEADER = "X-Session"
BACKGROUND_HEADER = "X-Background"
REFRESH_COOKIE = "cdss_refresh"
REFRESH_COOKIE_PATH = "/api/acct/"


def bearer_token(request: HttpRequest | Request) -> str | None:
    """The token of the Authorization header; None without one. Raises AuthenticationError."""
    header = str(request.META.get("HTTP_AUTHORIZATION", ""))
    if not header:
        return None
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token or " " in token.strip():
        raise AuthenticationError(ErrorCode.TOKEN_INVALID, "use Authorization: Bearer <token>")
    return token.strip()


@dataclass(frozen=True, slots=True)
class Claims:
    """The claims of an access token. ``expires_at``: Unix time (s)."""

    session_id: str
    user_id: int
    expires_at: int


def claims_of(token: str) -> Claims:
    """Verify signature, issuer, expiry and kind; not whether the session was ended.

    Raises AuthenticationError (401).
    """
    claims = _verified(token)
    if claims.expires_at <= time.time():
        raise AuthenticationError(ErrorCode.TOKEN_INVALID)
    return claims


@lru_cache(maxsize=4096)
def _verified(token: str) -> Claims:
    """Cached: a valid signature stays valid; the expiry is checked by the caller."""
    try:
        claims = AccessToken(token)  # type: ignore[arg-type]
        return Claims(str(UUID(claims["sid"])), int(claims["user_id"]), int(claims["exp"]))
    except (TokenError, KeyError, ValueError, TypeError, AttributeError, OverflowError):
        raise AuthenticationError(ErrorCode.TOKEN_INVALID) from None


def session_of(token: str) -> Session:
    """Verify the token, and that its session was not ended. Raises AuthenticationError (401)."""
    session = selectors.session_active(claims_of(token).session_id)
    if session is None:
        raise AuthenticationError(ErrorCode.TOKEN_REVOKED)
    return session


def session_in_use(request: HttpRequest | Request, token: str) -> Session:
    """``session_of``, which this request keeps from ending for want of use.

    A page says with ``X-Background: 1`` that it asks by itself, while nobody is using it.
    """
    session = session_of(token)
    if request.headers.get(BACKGROUND_HEADER) != "1":
        services.session_used(session)
    return session


def is_browser(request: Request) -> bool:
    """Whether the refresh token travels in its cookie (``X-Session: cookie``).

    A page of another origin cannot send this header, so the cookie alone does nothing (CSRF).
    Raises InvalidInput for any other value.
    """
    form = request.headers.get(BROWSER_HEADER)
    if form not in (None, "cookie"):
        raise InvalidInput(ErrorCode.VALIDATION, "the only value is cookie", BROWSER_HEADER)
    return form == "cookie"


def refresh_cookie_set(response: Response, tokens: services.TokenPair) -> None:
    """HttpOnly, SameSite, sent to the routes of this app only, until the session ends."""
    response.set_cookie(
        REFRESH_COOKIE,
        tokens.refresh,
        max_age=max(1, round((tokens.ends_at - timezone.now()).total_seconds())),
        path=REFRESH_COOKIE_PATH,
        secure=settings.PUBLIC_BASE_URL.startswith("https://"),
        httponly=True,
        samesite="Strict",
    )


def refresh_cookie_clear(response: Response) -> None:
    response.delete_cookie(REFRESH_COOKIE, path=REFRESH_COOKIE_PATH, samesite="Strict")


class SessionJWTAuthentication(BaseAuthentication):
    """DRF authentication by JWT; ``request.auth`` is the Session."""

    def authenticate(self, request: Request) -> tuple[User, Session] | None:
        token = bearer_token(request)
        if token is None:
            return None
        session = session_in_use(request, token)
        return session.user, session

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "acct.authentication.SessionJWTAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
