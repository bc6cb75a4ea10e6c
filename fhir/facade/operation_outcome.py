"""OperationOutcome: what a FHIR client gets instead of our error envelope."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language
from rest_framework.response import Response

from audit.handlers import refusal_recorded
from fhir.services.resources.elements import Json, compact

_CODES = {
    401: "login",
    403: "forbidden",
    404: "not-found",
    405: "not-supported",
    406: "not-supported",
    409: "conflict",
    413: "too-long",
    415: "not-supported",
    429: "throttled",
    503: "transient",
}
"""Issue types (IssueType of R4) by HTTP status; any other is of the request or ours."""


def issue_type(status: int) -> str:
    """Of an HTTP status, the code of IssueType."""
    return _CODES.get(status, "invalid" if status < 500 else "exception")


def outcome(
    severity: str, code: str, text: str, *, diagnostics: str = "", expression: str | None = None
) -> Json:
    """Of one issue; ``expression``: ``http.`` and the parameter, or the element."""
    issue = {
        "severity": severity,
        "code": code,
        "details": {"text": text},
        "diagnostics": diagnostics,
        "expression": [expression] if expression else [],
    }
    return {"resourceType": "OperationOutcome", "issue": [compact(issue)]}


def outcome_handler(error: Exception, context: dict[str, Any]) -> Response:
    """In place of the EXCEPTION_HANDLER: the same error in FHIR's words, a refusal recorded."""
    answer = refusal_recorded(error, context)
    said = answer.data["error"]
    status = answer.status_code
    answer.data = outcome(
        "error",
        issue_type(status),
        said["message"],
        diagnostics=" ".join(filter(None, [said["code"], said["detail"]])),
        expression=said["field"],
    )
    return answer


def ignored(names: list[str]) -> Json:
    """A warning: these parameters changed nothing (lenient handling)."""
    language = get_language() or "ko"
    text = (
        "무시된 매개변수가 있습니다." if language.startswith("ko") else "Parameters were ignored."
    )
    issues = [
        outcome("warning", "not-supported", text, expression=f"http.{name}")["issue"][0]
        for name in names
    ]
    return {"resourceType": "OperationOutcome", "issue": issues}


def incomplete(limit: int) -> Json:
    """A warning: more was to be included than a Bundle may hold."""
    korean = (get_language() or "ko").startswith("ko")
    text = (
        f"함께 포함할 자원이 {limit}개를 넘어 나머지를 생략했습니다."
        if korean
        else f"Only the first {limit} resources are included."
    )
    return outcome("warning", "incomplete", text, expression="http._include")
