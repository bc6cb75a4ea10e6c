"""A CDS client of the tests: signed tokens, bodies of hooks, drafts."""

from __future__ import annotations

import json
import time
from typing import Any
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

BASE = "/api/cds-services"
ISSUER = "https://ehr.example.org"
JWKS_URL = f"{ISSUER}/jwks.json"
KEY = ec.generate_private_key(ec.SECP384R1())
OTHER_KEY = ec.generate_private_key(ec.SECP384R1())


def jwks(key: Any = KEY, kid: str = "k1") -> dict[str, Any]:
    public = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(key.public_key()))
    return {"keys": [public | {"kid": kid, "use": "sig", "alg": "ES384"}]}


def token(url: str, *, key: Any = KEY, headers: dict[str, Any] | None = None, **claims: Any) -> str:
    """Signed as the standard says; a claim that is None is left out."""
    now = int(time.time())
    usual = {"iss": ISSUER, "aud": url, "iat": now, "exp": now + 120, "jti": str(uuid4())}
    said = {name: value for name, value in (usual | claims).items() if value is not None}
    return jwt.encode(said, key, algorithm="ES384", headers={"kid": "k1"} | (headers or {}))


def draft(code: Any, patient: int | str, key: str = "d1", **more: Any) -> dict[str, Any]:
    """A ServiceRequest that is being written; ``code``: a CodeableConcept or its text."""
    return {
        "resourceType": "ServiceRequest",
        "id": key,
        "status": "draft",
        "intent": "order",
        "subject": {"reference": f"Patient/{patient}"},
        "code": {"text": code} if isinstance(code, str) else code,
    } | more


def bundle(*resources: dict[str, Any]) -> dict[str, Any]:
    entry = [{"resource": one} for one in resources]
    return {"resourceType": "Bundle", "type": "collection", "entry": entry}


def hook(name: str, user: Any, patient: int | str, *drafts: Any, **more: Any) -> dict[str, Any]:
    """The body of a call; ``more``: further members of it, ``context`` those of the context."""
    context: dict[str, Any] = {"userId": f"Practitioner/{user.pk}", "patientId": str(patient)}
    if name == "encounter-start":
        context["encounterId"] = "1"
    if name.startswith("order"):
        context["draftOrders"] = bundle(*drafts)
    if name == "order-select":
        context["selections"] = [f"ServiceRequest/{one['id']}" for one in drafts]
    context |= more.pop("context", {})
    return {"hook": name, "hookInstance": str(uuid4()), "context": context} | more
