"""Decision support on the live stack, asked by a record system that knows only the standard.

It reads the services, fills the templates of their prefetch from a FHIR server, signs its requests
with its own key, takes the first suggestion and says so. Nothing in it is of this project.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any
from uuid import uuid4

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa

ISSUER = "https://record-system.example"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
JWK = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
KEYS = json.dumps({"keys": [JWK | {"kid": "2026", "use": "sig"}]}).encode()


class KeySet(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(KEYS)

    def log_message(self, *_: Any) -> None:
        pass


class RecordSystem:
    """A CDS client by CDS Hooks 2.0. ``fhir``: a session of its FHIR server."""

    def __init__(self, base: str, audience: str, fhir: requests.Session, fhir_base: str) -> None:
        self.base, self.audience = base, audience
        self.fhir, self.fhir_base = fhir, fhir_base
        self.services = {
            one["hook"]: one for one in requests.get(base, timeout=30).json()["services"]
        }

    def token(self, path: str) -> dict[str, str]:
        now = int(time.time())
        claims = {"iss": ISSUER, "aud": f"{self.audience}/{path}", "iat": now, "exp": now + 60}
        signed = jwt.encode(
            claims | {"jti": str(uuid4())}, KEY, algorithm="RS384", headers={"kid": "2026"}
        )
        return {"Authorization": f"Bearer {signed}", "Accept-Language": "en"}

    def prefetch(self, templates: dict[str, str], context: dict[str, Any]) -> dict[str, Any]:
        """A template that the FHIR server does not satisfy is left out."""
        found = {}
        for key, template in templates.items():
            query = re.sub(r"\{\{context\.(\w+)\}\}", lambda name: str(context[name[1]]), template)
            answer = self.fhir.get(f"{self.fhir_base}/{query}", timeout=30)
            if answer.ok:
                found[key] = answer.json()
        return found

    def call(self, hook: str, context: dict[str, Any]) -> requests.Response:
        service = self.services[hook]
        body = {
            "hook": hook,
            "hookInstance": str(uuid4()),
            "fhirServer": self.fhir_base,
            "context": context,
            "prefetch": self.prefetch(service.get("prefetch", {}), context),
        }
        path = service["id"]
        return requests.post(f"{self.base}/{path}", json=body, headers=self.token(path), timeout=30)

    def tell(self, hook: str, feedback: dict[str, Any]) -> requests.Response:
        path = f"{self.services[hook]['id']}/feedback"
        return requests.post(
            f"{self.base}/{path}",
            json={"feedback": [feedback]},
            headers=self.token(path),
            timeout=30,
        )


def check_card(card: dict[str, Any]) -> None:
    """The attributes of a Card as the standard requires them."""
    assert 0 < len(card["summary"]) < 140
    assert card["indicator"] in ("info", "warning", "critical")
    assert card["source"]["label"]
    if card.get("suggestions"):
        assert card["selectionBehavior"] in ("at-most-one", "any")
        for suggestion in card["suggestions"]:
            assert suggestion["label"] and suggestion["actions"]
            for action in suggestion["actions"]:
                assert action["type"] in ("create", "update", "delete") and action["description"]
    for link in card.get("links", []):
        assert link["type"] in ("absolute", "smart") and re.match(r"https?://", link["url"])
    assert all(one["display"] for one in card.get("overrideReasons", []))


@pytest.fixture(scope="module")
def keys() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), KeySet)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/jwks.json"
    server.shutdown()


@pytest.fixture(scope="module")
def patient(login: Any) -> Any:
    made = {"patient_id": f"CDS-{uuid4().hex[:8]}", "full_name": "Hook Testing",
            "birth_date": "1950-02-03", "gender": "F"}  # fmt: skip
    return login("doctor").post("emr/patients/", json=made)["id"]


@pytest.fixture(scope="module")
def system(stack: Any, login: Any, base_url: str, keys: str) -> RecordSystem:
    public = f"{stack.settings['PUBLIC_SCHEME']}://{stack.settings['PUBLIC_HOST']}"
    body = {"name": "Record system", "issuer": ISSUER, "jwks_url": keys}
    refused = RecordSystem(
        f"{base_url}/api/cds-services", f"{public}/api/cds-services", requests.Session(), base_url
    ).tell("patient-view", {})
    assert refused.status_code == 401, "nobody has entered it yet"
    login("admin").post("cds-clients/", json=body)
    session = requests.Session()
    session.headers.update(login("doctor").session.headers)
    return RecordSystem(
        f"{base_url}/api/cds-services",
        f"{public}/api/cds-services",
        session,
        f"{base_url}/api/fhir",
    )


def poor_kidneys(login: Any, patient: int) -> None:
    order = login("doctor").post(
        "ocs/orders/", json={"patient": patient, "job_role": "LIS", "job_type": "BLOOD"}
    )
    analyte = {"code": "2160-0", "name": "Creatinine", "value": 3.1, "unit": "mg/dL"}
    entered = login("labtech").post(
        f"lis/orders/{order['id']}/results/", json={"result": {"analytes": [analyte]}}
    )
    login("doctor").post(f"lis/results/{entered['id']}/verify/")


def test_a_record_system_orders_by_the_cards(
    system: RecordSystem, login: Any, patient: int
) -> None:
    poor_kidneys(login, patient)
    doctor = login("doctor").get("acct/me/")["id"]
    draft = {
        "resourceType": "ServiceRequest", "id": "1", "status": "draft", "intent": "order",
        "subject": {"reference": f"Patient/{patient}"},
        "code": {"coding": [{"system": "http://loinc.org", "code": "24588-6"}]},
    }  # fmt: skip
    drafts = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": draft}]}
    context = {"userId": f"Practitioner/{doctor}", "patientId": str(patient), "draftOrders": drafts}
    answer = system.call("order-sign", context)
    assert answer.status_code == 200, answer.text
    cards = answer.json()["cards"]
    for card in cards:
        check_card(card)
    [card] = [one for one in cards if "kidney" in one["summary"]]
    told = {
        "card": card["uuid"],
        "outcome": "overridden",
        "overrideReason": {
            "reason": {k: card["overrideReasons"][0][k] for k in ("code", "system")}
        },
        "outcomeTimestamp": "2026-11-29T05:00:00Z",
    }
    assert system.tell("order-sign", told).status_code == 200
    [row] = [
        one
        for one in login("admin").get("cds-rules/feedback/")["results"]
        if one["patient"]["id"] == patient
    ]
    assert (row["client_name"], row["reason"]) == ("Record system", told_code(told))
    log = login("admin").get("audit/logs/", action="cds.read", patient_id=patient)["results"]
    assert log and log[0]["object_id"] == "order-sign"


def told_code(told: dict[str, Any]) -> str:
    return str(told["overrideReason"]["reason"]["code"])


def test_each_service_answers_and_nobody_else_is_believed(
    system: RecordSystem, login: Any, patient: int
) -> None:
    doctor = login("doctor").get("acct/me/")["id"]
    context = {"userId": f"Practitioner/{doctor}", "patientId": str(patient)}
    for hook, more in (
        ("patient-view", {}),
        ("encounter-start", {"encounterId": "1"}),
        ("order-select", {"selections": [], "draftOrders": {"resourceType": "Bundle"}}),
    ):
        answer = system.call(hook, context | more)
        assert answer.status_code == 200, answer.text
        assert isinstance(answer.json()["cards"], list)
    stranger = context | {"userId": "Practitioner/999999999"}
    assert system.call("patient-view", stranger).status_code == 403
    body = {"hook": "patient-view", "hookInstance": str(uuid4()), "context": context}
    url, token = f"{system.base}/patient-view", system.token("patient-view")
    assert [requests.post(url, json=body, headers=token, timeout=30).status_code for _ in "12"] == [
        200,
        401,
    ], "a token is good once"
