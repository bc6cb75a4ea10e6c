"""Whose signed token is believed: CDS Hooks 2.0, Trusting CDS Clients."""

from __future__ import annotations

import time
from uuid import uuid4

import jwt
import pytest
import responses
from rest_framework.test import APIClient
from rest_framework_simplejwt.tokens import AccessToken

from audit.models import AuditLog
from fhir.cds_hooks.client_tokens import service_url
from fhir.models import CdsCard, CdsClient, CdsFeedback
from fhir.tests.cds import BASE, ISSUER, JWKS_URL, OTHER_KEY, hook, jwks, token
from fhir.tests.test_cds_hooks import due, given

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rule_models")]
__all__ = ["due"]
URL = service_url("patient-view")


@pytest.fixture
def keys():
    with responses.RequestsMock(assert_all_requests_are_fired=False) as sent:
        sent.get(JWKS_URL, json=jwks())
        yield sent


@pytest.fixture
def ehr(db, keys):
    return CdsClient.objects.create(name="EHR", issuer=ISSUER, jwks_url=JWKS_URL)


def ask(user, patient, signed, name="patient-view", **more):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {signed}")
    return client.post(f"{BASE}/{name}", hook(name, user, patient, **more), format="json")


def test_a_known_client_asks_for_a_person_who_sees_the_patient(ehr, users, due):
    answer = ask(users["doctor"], due.pk, token(URL))
    assert answer.status_code == 200, answer.content
    [card] = answer.json()["cards"]
    row = AuditLog.objects.get(action="cds.read")
    assert (row.actor_id, row.detail["client"]) == (users["doctor"].pk, ehr.pk)
    told = given(card["uuid"])
    client = APIClient()
    for url in (f"{URL}/feedback", URL):
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {token(url)}")
        sent = client.post(f"{BASE}/patient-view/feedback", told, format="json")
        assert sent.status_code == 200, sent.content
    assert CdsFeedback.objects.get().card.client == ehr


def test_without_a_client_entered_nobody_is_believed(keys, users, due):
    assert ask(users["doctor"], due.pk, token(URL)).status_code == 401


def test_a_token_is_good_once(ehr, users, due):
    signed = token(URL)
    assert ask(users["doctor"], due.pk, signed).status_code == 200
    assert ask(users["doctor"], due.pk, signed).status_code == 401
    assert CdsCard.objects.count() == 1


NOW = int(time.time())


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "https://other.example/cds-services/patient-view"},
        {"aud": service_url("order-sign")},
        {"aud": None},
        {"iss": "https://other.example"},
        {"iss": None},
        {"exp": NOW - 3600},
        {"exp": NOW + 3600},
        {"iat": NOW - 3600},  # good for more than five minutes in all
        {"exp": None},
        {"iat": None},
        {"iat": NOW + 3600},
        {"jti": None},
        {"jti": ""},
        {"jti": "j" * 300},
        {"key": OTHER_KEY},
        {"headers": {"kid": "k2"}},
        {"headers": {"kid": "k1", "jku": "https://other.example/jwks"}, "key": OTHER_KEY},
    ],
)
def test_what_is_not_as_the_standard_says_is_refused(ehr, users, due, claims):
    answer = ask(users["doctor"], due.pk, token(URL, **claims))
    assert answer.status_code == 401, answer.content
    assert not CdsCard.objects.exists()


def test_neither_no_signature_nor_a_shared_secret(ehr, users, due):
    said = {"iss": ISSUER, "aud": URL, "iat": NOW, "exp": NOW + 100, "jti": str(uuid4())}
    public = jwks()["keys"][0]["x"]
    for signed in (
        jwt.encode(said, "", algorithm="none"),
        jwt.encode(said, public * 2, algorithm="HS256", headers={"kid": "k1"}),
        "a.b.c",
        str(AccessToken()),
    ):
        assert ask(users["doctor"], due.pk, signed).status_code == 401


def test_a_client_that_was_switched_off(ehr, users, due):
    ehr.enabled = False
    ehr.save()
    assert ask(users["doctor"], due.pk, token(URL)).status_code == 401


@pytest.mark.parametrize(
    "answer",
    [
        {"body": "<html>", "status": 200},
        {"json": {"keys": 7}},
        {"json": []},
        {"status": 500},
        {"status": 302, "headers": {"Location": "http://127.0.0.1/"}},
        {"body": "x" * (300 << 10)},
    ],
)
def test_a_key_set_that_cannot_be_read_opens_nothing(ehr, keys, users, due, answer):
    keys.replace("GET", JWKS_URL, **answer)
    for _ in range(2):  # the second does not wait for it
        assert ask(users["doctor"], due.pk, token(URL)).status_code == 401
    assert len(keys.calls) == 1


def test_a_new_key_is_found_and_a_false_one_is_not_asked_for_again_and_again(ehr, keys, users, due):
    assert ask(users["doctor"], due.pk, token(URL)).status_code == 200
    keys.replace("GET", JWKS_URL, json=jwks(OTHER_KEY, "k2"))
    fresh = {"key": OTHER_KEY, "headers": {"kid": "k2"}}
    assert ask(users["doctor"], due.pk, token(URL, **fresh)).status_code == 200
    for _ in range(3):
        assert ask(users["doctor"], due.pk, token(URL, headers={"kid": "x"})).status_code == 401
    assert len(keys.calls) == 2


def test_the_person_and_the_patient_by_identifiers_that_were_sent(ehr, users, due):
    ehr.patient_system, ehr.user_system = "urn:mrn", "urn:staff"
    ehr.save()

    def asked(**prefetch):
        context = {"userId": "Practitioner/p-9", "patientId": "x-7"}
        return ask(users["doctor"], "x-7", token(URL), context=context, prefetch=prefetch)

    def one(kind, key, system, value):
        return {"resourceType": kind, "id": key, "identifier": [{"system": system, "value": value}]}

    user = one("Practitioner", "p-9", "urn:staff", users["doctor"].username)
    patient = one("Patient", "x-7", "urn:mrn", due.patient_id)
    assert len(asked(user=user, patient=patient).json()["cards"]) == 1
    for status, sent in (
        (412, {}),
        (412, {"user": user}),
        (412, {"user": user, "patient": None}),
        (412, {"user": user, "patient": patient | {"id": "x-8"}}),
        (412, {"user": user, "patient": patient | {"identifier": [None]}}),
        (412, {"user": user, "patient": user}),
        (412, {"user": user | {"id": "x-7"}, "patient": patient}),
        (403, {"user": one("Practitioner", "p-9", "urn:staff", "nobody"), "patient": patient}),
        (404, {"user": user, "patient": one("Patient", "x-7", "urn:mrn", "nobody's")}),
    ):
        assert asked(**sent).status_code == status, sent


def test_a_client_gives_nobody_more_than_their_own_rights(ehr, users, patient_factory):
    hidden = patient_factory(restricted=True, user=users["patient"])
    for role, status in (("doctor", 404), ("patient", 403), ("external", 403)):
        assert ask(users[role], hidden.pk, token(URL)).status_code == status
    users["doctor"].is_active = False
    users["doctor"].save()
    assert ask(users["doctor"], hidden.pk, token(URL)).status_code == 403


def test_clients_are_entered_by_who_manages_users(api, users):
    body = {"name": "EHR", "issuer": ISSUER, "jwks_url": JWKS_URL}
    admin = api("admin")
    made = admin.post("/api/cds-clients/", body, format="json")
    assert made.status_code == 201
    assert admin.post("/api/cds-clients/", body, format="json").status_code == 409
    wrong = body | {"issuer": "b", "jwks_url": "file:///etc/passwd"}
    assert admin.post("/api/cds-clients/", wrong, format="json").status_code == 400
    path = f"/api/cds-clients/{made.json()['id']}/"
    off = admin.patch(path, {"enabled": False}, format="json", HTTP_IF_MATCH='"1"')
    assert (off.status_code, off.json()["enabled"]) == (200, False)
    assert admin.get("/api/cds-clients/").json()[0]["version"] == 2
    assert AuditLog.objects.filter(action__startswith="cds_client.").count() == 2
