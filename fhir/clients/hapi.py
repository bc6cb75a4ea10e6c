"""The hospital's FHIR R4 server (HAPI), over its REST API."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from common.errors import ErrorCode, ExternalError
from common.http.client import HttpClient
from common.once import once

Json = dict[str, Any]

FHIR_JSON = "application/fhir+json"
_LOCATION = re.compile(r"(?:.*/)?([A-Za-z]+)/([A-Za-z0-9.-]{1,64})/_history/([A-Za-z0-9.-]{1,64})")
_HAPI_CODE = re.compile(r"HAPI-\d{4}")
_PATH = re.compile(r"[A-Za-z0-9_.\[\]]{1,150}")
_BUNDLE_PATH = re.compile(r"Bundle\.entry\[\d+\]\.resource/\*(\w+)/[^*]*\*/")
_MESSAGE_ID = re.compile(r"[A-Za-z0-9_:/.#-]{1,100}")
VALIDATION_TIMEOUT_S = 120.0
"""The first validation after a start takes seconds, an ImagingStudy of 1,000 images two."""
_ISSUE_CODE = re.compile(r"[a-z-]{1,40}")
_WAITING_HELPS = frozenset({408, 409, 412, 429})


@dataclass(frozen=True)
class StoredResource:
    """Where one entry of a transaction ended up; `version_id` is unchanged if nothing changed."""

    resource_type: str
    id: str
    version_id: str
    created: bool


class HapiClient(HttpClient):
    """All writes are one transaction; a lost answer is repaired by sending the same again."""

    def __init__(self, base_url: str, token: str, *, read_timeout_s: float = 30.0) -> None:
        super().__init__(
            base_url, unavailable=ErrorCode.FHIR_UNAVAILABLE, read_timeout_s=read_timeout_s
        )
        self.session.headers.update({"Authorization": f"Bearer {token}", "Accept": FHIR_JSON})

    def transaction(self, bundle: Json) -> tuple[StoredResource, ...]:
        """Store a transaction Bundle, all of it or nothing; results in the order of its entries.

        Raises:
            ExternalError: retryable when the server is away, busy with the same resources
                (409, 412) or sends an unreadable answer; final when it refuses the content.
        """
        response = self.request(
            "POST",
            "",
            json=bundle,
            headers={
                "Content-Type": FHIR_JSON,
                "Prefer": "return=minimal",
                "X-Retry-On-Version-Conflict": "retry; max-retries=10",
            },
        )
        answer = _object(response.content)
        if response.status_code >= 400:
            raise _refusal(response.status_code, answer or {})
        stored = tuple(_stored(entry) for entry in (answer or {}).get("entry", []))
        if len(stored) != len(bundle["entry"]):
            raise _unreadable()
        return stored

    def refused(self, bundle: Json) -> tuple[str, ...]:
        """What the server's own validation finds wrong with a Bundle: paths and message ids.

        Raises:
            ExternalError: retryable, when the server cannot tell.
        """
        response = self.request(
            "POST",
            "/Bundle/$validate",
            json=bundle,
            headers={"Content-Type": FHIR_JSON},
            read_timeout_s=VALIDATION_TIMEOUT_S,
        )
        answer = _object(response.content) or {}
        if answer.get("resourceType") != "OperationOutcome":
            raise _unreadable()
        return tuple(
            _fault(issue)
            for issue in answer.get("issue", [])
            if issue.get("severity") in ("error", "fatal")
        )

    def search(self, resource_type: str, **parameters: str) -> list[Json]:
        """The resources that match. Raises ExternalError."""
        response = self.request("GET", f"/{resource_type}", params=parameters)
        answer = _object(response.content)
        if response.status_code >= 400 or answer is None:
            raise _refusal(response.status_code, answer or {})
        return [entry["resource"] for entry in answer.get("entry", [])]

    def read(self, reference: str) -> Json:
        """The resource of a literal reference, ``Type/id``. Raises ExternalError."""
        response = self.request("GET", f"/{reference}")
        answer = _object(response.content)
        if response.status_code >= 400 or answer is None:
            raise _refusal(response.status_code, answer or {})
        return answer


@once
def hapi_client() -> HapiClient:
    """The client of this process."""
    return HapiClient(settings.HAPI_URL, settings.HAPI_TOKEN)


def _stored(entry: Json) -> StoredResource:
    response = entry.get("response", {})
    match = _LOCATION.fullmatch(response.get("location", ""))
    if match is None:
        raise _unreadable()
    resource_type, resource_id, version_id = match.groups()
    created = str(response.get("status", "")).startswith("201")
    return StoredResource(resource_type, resource_id, version_id, created)


def _unreadable() -> ExternalError:
    return ExternalError(ErrorCode.FHIR_UNAVAILABLE, "unreadable answer", retryable=True)


def _object(content: bytes) -> Json | None:
    try:
        body = json.loads(content)
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def _refusal(status: int, outcome: Json) -> ExternalError:
    """What of the OperationOutcome may be kept: codes and HAPI's message numbers.

    Its texts and expressions quote the content, which is PHI.
    """
    codes = [f"status {status}"]
    for issue in outcome.get("issue", []):
        if _ISSUE_CODE.fullmatch(str(issue.get("code", ""))):
            codes.append(issue["code"])
        codes.extend(_HAPI_CODE.findall(str(issue.get("diagnostics", ""))))
    detail = " ".join(dict.fromkeys(codes))
    if status in _WAITING_HELPS:
        return ExternalError(ErrorCode.FHIR_UNAVAILABLE, detail, retryable=True)
    return ExternalError(ErrorCode.FHIR_REJECTED, detail, retryable=False)


def _fault(issue: Json) -> str:
    """Where and which rule of an issue; its text quotes the content, which is PHI."""
    where = next(iter(issue.get("expression") or issue.get("location") or []), "")
    where = _BUNDLE_PATH.sub(r"\1", str(where))
    rule = next(
        (
            str(e.get("valueString", ""))
            for e in issue.get("extension", [])
            if str(e.get("url", "")).endswith("operationoutcome-message-id")
        ),
        "",
    )
    known = [text for text, form in ((where, _PATH), (rule, _MESSAGE_ID)) if form.fullmatch(text)]
    return ": ".join(known) or "invalid"
