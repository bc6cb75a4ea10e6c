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
