"""A record that was merged, on the FHIR server."""

from __future__ import annotations

import json

import pytest
import responses

from emr.models import Patient
from fhir.clients.hapi import HapiClient
from fhir.services.publishing import patient_send

pytestmark = pytest.mark.django_db
URL = "http://fhir.test/fhir"


@pytest.fixture
def pair(patient_factory):
    stays = patient_factory(patient_id="STAYS")
    return patient_factory(patient_id="GOES,1", merged_into=stays), stays


def send(patient, *, known=True):
    """The Patients that were sent, by the MRN in the address of their update."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as server:
        found = [{"resource": {"resourceType": "Patient"}}] if known else []
        server.get(f"{URL}/Patient", json={"resourceType": "Bundle", "entry": found})
        stored = {"response": {"status": "200 OK", "location": "Patient/1/_history/2"}}
        count = 1 if patient.merged_into is None else 2
        server.post(URL, json={"resourceType": "Bundle", "entry": [stored] * count})
        patient_send(patient.pk, client=HapiClient(URL, "token"))
        bodies = [call.request.body for call in server.calls if call.request.method == "POST"]
        asked = server.calls[0].request.url
    entries = [entry for body in bodies for entry in json.loads(body)["entry"]]
    return asked, {e["resource"]["identifier"][0]["value"]: e for e in entries}


def test_the_duplicate_is_replaced_by_the_other(pair):
    duplicate, _ = pair
    asked, sent = send(duplicate)
    assert "GOES%5C%2C1" in asked
    resource = sent["GOES,1"]["resource"]
    link = {"other": {"reference": sent["STAYS"]["fullUrl"], "type": "Patient"}}
    assert resource["link"] == [link | {"type": "replaced-by"}]
    assert resource["active"] is False
    assert "link" not in sent["STAYS"]["resource"]


def test_after_an_undo_it_is_a_patient_again(pair):
    duplicate, _ = pair
    Patient.objects.filter(pk=duplicate.pk).update(merged_into=None)
    duplicate.refresh_from_db()
    _, sent = send(duplicate)
    assert sent.keys() == {"GOES,1"}
    assert not {"link", "active"} & sent["GOES,1"]["resource"].keys()


def test_who_was_never_published_is_not_published_by_a_merge(pair):
    assert send(pair[0], known=False)[1] == {}
