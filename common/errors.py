"""The exceptions of the API, framework-free: services raise them, common.api.exceptions answers.

AppError
├── AuthenticationError   401      ├── ConflictError        409, 428
├── PermissionDenied      403      ├── BusinessError        403, 409, 422
├── InvalidInput          400-422  └── ExternalError        502, 503 (``retryable`` or final)
└── NotFound              404
"""

from __future__ import annotations

from common.error_codes import ErrorCode

__all__ = [
    "AppError",
    "AuthenticationError",
    "BusinessError",
    "ConflictError",
    "ErrorCode",
    "ExternalError",
    "InvalidInput",
    "NotFound",
    "PermissionDenied",
]


class AppError(Exception):
    """An error that the API answers. ``detail`` holds identifiers only, never PHI.

    ``retry_after_s``: when the same request may succeed (the Retry-After header), if known.
    """

    retry_after_s: int | None = None

    def __init__(self, code: ErrorCode, detail: str = "", field: str | None = None) -> None:
        super().__init__(f"{code.value.code} {detail}".strip())
        self.code = code
        self.detail = detail
        self.field = field

    @property
    def status(self) -> int:
        return self.code.value.status

    def message(self, language: str) -> str:
        """The text of the error in Korean, else in English."""
        return self.code.value.ko if language.startswith("ko") else self.code.value.en


class AuthenticationError(AppError):
    """The request carries no valid login. 401."""


class PermissionDenied(AppError):
    """The user may see the object but not do this to it. 403."""

    def __init__(self, detail: str = "", field: str | None = None) -> None:
        super().__init__(ErrorCode.PERMISSION_DENIED, detail, field)


class InvalidInput(AppError):
    """The request itself is not valid. 400, 406, 413, 415."""


class NotFound(AppError):
    """The object does not exist or the user may not see it: the answer is the same. 404."""


class ConflictError(AppError):
    """The request conflicts with what is stored, or lacks its precondition. 409, 422, 428."""


class BusinessError(AppError):
    """A clinical or technical rule forbids the action in the current state. 403, 409, 422."""


class ExternalError(AppError):
    """Another service failed. ``retryable``: the same request may succeed later. 502, 503."""

    def __init__(self, code: ErrorCode, detail: str = "", *, retryable: bool = True) -> None:
        super().__init__(code, detail)
        self.retryable = retryable
