"""The FHIR client against a faked transport: what is sent, and what each answer means."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests
import responses
from responses import matchers

from common.errors import ErrorCode, ExternalError
from fhir.clients.hapi import HapiClient, StoredResource

URL = "http://fhir.test/fhir"
BUNDLE = {"resourceType": "Bundle", "type": "transaction", "entry": [{"resource": {}}]}


@pytest.fixture
def client() -> HapiClient:
    return HapiClient(URL, "secret-token")


def answer(*locations: str, status: str = "200 OK") -> dict[str, Any]:
    entries = [{"response": {"status": status, "location": at}} for at in locations]
    return {"resourceType": "Bundle", "type": "transaction-response", "entry": entries}


@responses.activate
def test_a_transaction_is_posted_with_token_and_conflict_retry(client: HapiClient) -> None:
    responses.post(
        URL,
        json=answer("Patient/1f/_history/3", status="201 Created"),
        match=[
            matchers.header_matcher(
                {
                    "Authorization": "Bearer secret-token",
                    "Content-Type": "application/fhir+json",
                    "X-Retry-On-Version-Conflict": "retry; max-retries=10",
                }
            ),
            matchers.json_params_matcher(BUNDLE),
        ],
    )
    assert client.transaction(BUNDLE) == (StoredResource("Patient", "1f", "3", created=True),)


@responses.activate
def test_absolute_locations_are_understood(client: HapiClient) -> None:
    responses.post(URL, json=answer(f"{URL}/Patient/a-1.b/_history/12"))
    assert client.transaction(BUNDLE) == (StoredResource("Patient", "a-1.b", "12", created=False),)


@pytest.mark.parametrize(
    "body",
    [
        json.dumps(answer()),
        json.dumps(answer("Patient/1")),
        json.dumps(answer("Patient/1/_history/1", "Patient/2/_history/1")),
        "[]",
        "<html>",
        "",
    ],
)
@responses.activate
def test_an_invalid_answer_is_tried_again(client: HapiClient, body: str) -> None:
    responses.post(URL, body=body)
    with pytest.raises(ExternalError) as caught:
        client.transaction(BUNDLE)
    assert caught.value.retryable


@pytest.mark.parametrize("status", [408, 409, 412, 429, 500, 502, 503, 504])
@responses.activate
def test_waiting_helps(client: HapiClient, status: int) -> None:
    responses.post(URL, status=status, json={"resourceType": "OperationOutcome"})
    with pytest.raises(ExternalError) as caught:
        client.transaction(BUNDLE)
    assert caught.value.retryable
    assert caught.value.code is ErrorCode.FHIR_UNAVAILABLE
    assert len(responses.calls) == 1


@pytest.mark.parametrize("failure", [requests.ConnectionError, requests.ReadTimeout])
@responses.activate
def test_a_silent_server_is_tried_again(client: HapiClient, failure: type[Exception]) -> None:
    responses.post(URL, body=failure("Kim^Minjun"))
    with pytest.raises(ExternalError) as caught:
        client.transaction(BUNDLE)
    assert caught.value.retryable
    assert "Kim" not in str(caught.value)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 422])
@responses.activate
def test_a_refusal_is_final_and_keeps_codes_but_no_text(client: HapiClient, status: int) -> None:
    outcome = {
        "resourceType": "OperationOutcome",
        "issue": [
            {
                "severity": "error",
                "code": "processing",
                "diagnostics": "HAPI-0931: Invalid match URL Patient?identifier=Kim^Minjun",
            },
            {"severity": "error", "code": "Kim^Minjun", "expression": ["Patient.name"]},
        ],
    }
    responses.post(URL, status=status, json=outcome)
    with pytest.raises(ExternalError) as caught:
        client.transaction(BUNDLE)
    assert not caught.value.retryable
    assert caught.value.code is ErrorCode.FHIR_REJECTED
    assert caught.value.detail == f"status {status} processing HAPI-0931"


@responses.activate
def test_a_refusal_without_outcome_is_final_too(client: HapiClient) -> None:
    responses.post(URL, status=400, body="<html>")
    with pytest.raises(ExternalError) as caught:
        client.transaction(BUNDLE)
    assert (caught.value.retryable, caught.value.detail) == (False, "status 400")
