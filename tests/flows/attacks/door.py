"""Attacks on the login, on other people's records and rights, and by files that are sent in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import product

import numpy as np
from pydicom.encaps import encapsulate
from pydicom.uid import JPEG2000Lossless, JPEGLSLossless, generate_uid

from pacs.tests.dicom_files import evidence, mr_image, part10, referring
from tests.flows.attacks.wire import request
from tests.flows.attacks.world import Attack, World

JSON = ("Content-Type", "application/json")
BODY_LIMIT = 16 << 10


def _sent(
    method: str, path: str, body: bytes, *headers: tuple[str, str], kind: tuple[str, str] = JSON
) -> bytes:
    return request(path, [*headers, kind, ("Content-Length", str(len(body)))], method, body)


def logins(world: World) -> Iterator[Attack]:
    """Few, because each counts for the address that all tests share."""
    bodies = [
        b'{"username": "admin", "password": {"$ne": ""}}',
        b'{"username": ["admin"], "password": "x"}',
        b'[{"username": "admin", "password": "x"}]',
        b'{"username": "adm\\u0000in", "password": "x"}',
        b'{"username": "' + "ａdmin".encode() + b'", "password": "\xff\xfe"}',
        b"null",
        b'{"username": "' + b"a" * 15_000 + b'", "password": "x"}',
    ]
    for body in bodies:
        yield Attack(f"login {body[:40]!r}", _sent("POST", "/api/acct/login/", body))
    large = b'{"username": "x", "password": "' + b"a" * BODY_LIMIT + b'"}'
    for path in ("login/", "token/refresh/"):
        yield Attack(f"login large {path}", _sent("POST", f"/api/acct/{path}", large))
    large = b'{"current_password": "' + b"a" * BODY_LIMIT + b'"}'
    yield Attack("login large me", _sent("PATCH", "/api/acct/me/", large, world.bearer))
    renewed = json.dumps({"refresh": world.token}).encode()
    yield Attack("login access as refresh", _sent("POST", "/api/acct/token/refresh/", renewed))


def rights(world: World) -> Iterator[Attack]:
    """Raising oneself, ending others' sessions, opening records, by who may do none of it."""
    writes = [
        ("PATCH", "acct/me/", {"new_password": "Another-Horse-7-Battery"}),
        ("POST", "acct/users/", {"username": "x", "password": "Horse-7-Battery", "role": "admin"}),
        ("PATCH", "acct/users/1/", {"role": "patient"}),
        ("DELETE", "acct/users/1/sessions/", {}),
        ("DELETE", "acct/sessions/00000000-0000-4000-8000-000000000000/", {}),
        ("POST", "rbac/roles/", {"code": "mine", "base": "admin"}),
        ("PUT", "rbac/roles/patient/", {"added": ["view_audit"]}),
        ("POST", "emr/break-glass/", {"patient_id": "P2026-0002", "reason": "curious about it"}),
        ("POST", "ris/shares/", {"patient": world.victim_patient, "grantee": 1}),
        ("POST", f"emr/patients/{world.victim_patient}/merge/", {"into": 1}),
        ("PATCH", f"emr/patients/{world.victim_patient}/", {"restricted": False}),
        ("DELETE", f"emr/patients/{world.victim_patient}/", {}),
        ("POST", "ocs/orders/", {"patient": world.victim_patient, "job_role": "RIS"}),
        ("POST", "lis/import/hl7/", {}),
        ("POST", "lis/import/csv/", {}),
        ("POST", "ai/jobs/", {"study_instance_uid": world.victim.study, "model_type": "x"}),
        ("POST", f"segmentation/{world.victim.study}/save/", {}),
        ("POST", "audit/verify/", {}),
    ]
    for method, path, body in writes:
        data = _sent(method, f"/api/{path}", json.dumps(body).encode(), world.bearer)
        yield Attack(f"right {method} {path}", data)
        yield Attack(
            f"right of nobody {method} {path}",
            _sent(method, f"/api/{path}", json.dumps(body).encode()),
        )
    raised = json.dumps({"role": "admin", "is_superuser": True, "custom_role": 1}).encode()
    yield Attack("right me", _sent("PATCH", "/api/acct/me/", raised, world.bearer), harmless=True)


def records(world: World) -> Iterator[Attack]:
    """The victim's rows in every app, by address and by filter."""
    patient = world.victim_patient
    places = [
        *(f"emr/patients/{patient}/{part}" for part in ("", "timeline/", "trends/", "history/")),
        f"emr/patients/{patient}/access/",
        f"ris/studies/{world.victim.study}/",
        f"ris/series/{world.victim.series}/",
        f"ris/studies/{world.victim.study}/preview/",
    ]
    for place in places:
        yield Attack(f"record {place}", request(f"/api/{place}", [world.bearer]))
    lists = [
        "emr/vitals", "emr/allergies", "emr/problems", "emr/notes", "emr/prescriptions",
        "emr/encounters", "ocs/orders", "lis/values", "treatments/plans", "treatments/events",
        "treatments/adverse-events", "followups/visits", "followups/responses", "ris/studies",
        "ai/jobs", "alert/notifications",
    ]  # fmt: skip
    filters = ("patient={}", "patient__id={}", "patient_id=P2026-0002", "patient={}&patient=1")
    for path, query in product(lists, filters):
        address = f"/api/{path}/?{query.format(patient)}"
        yield Attack(f"record {address}", request(address, [world.bearer]), harmless=True)
    for text in ("Carter", "P2026-0002", "%25", "' OR 1=1 -- ", "P2026-0002\x00"):
        address = f"/api/emr/patients/search/?q={text.replace(' ', '%20')}"
        yield Attack(f"record {address}", request(address, [world.bearer]), harmless=True)


def files(world: World) -> Iterator[Attack]:
    """By an account that may send images: references to hidden ones, and pictures that lie."""
    hidden = world.own  # the sender of files sees the victim's images, by a share, and not these
    named = evidence(hidden.study, hidden.series, hidden.instance)
    bad = {
        "reference": part10(referring(named)),
        "reference in the study": part10(referring(named, StudyInstanceUID=hidden.study)),
        "columns as text": part10(mr_image()).replace(b"\x28\0\x11\0US\2\0", b"\x28\0\x11\0LO\2\0"),
        "no preamble": part10(mr_image())[128:],
        "cut off": part10(mr_image())[:400],
    }
    for syntax, head in ((JPEGLSLossless, b"\xff\xd8\xff\xf7"), (JPEG2000Lossless, b"\xff\x4f")):
        image = mr_image(Rows=65_535, Columns=65_535)
        image.PixelData = encapsulate([head + bytes(64)])
        image["PixelData"].is_undefined_length = True
        bad[f"bomb {syntax.name}"] = part10(image, syntax)
    image = mr_image(SOPInstanceUID=generate_uid(), NumberOfFrames=2**31 - 1)
    image.PixelData = np.zeros(64, np.uint16).tobytes()
    bad["frames without pixels"] = part10(image)
    for name, content in bad.items():
        yield Attack(
            f"file {name} upload", _upload(world, content), name.startswith(("bomb", "fr"))
        )
        yield Attack(f"file {name} stow", _stow(world, content), name.startswith(("bomb", "fr")))


def _upload(world: World, content: bytes) -> bytes:
    head = b'--B\r\nContent-Disposition: form-data; name="files"; filename="a.dcm"\r\n\r\n'
    form = ("Content-Type", "multipart/form-data; boundary=B")
    body = head + content + b"\r\n--B--\r\n"
    return _sent("POST", "/api/ris/upload/dicom/", body, world.sender, kind=form)


def _stow(world: World, content: bytes) -> bytes:
    head = b"--B\r\nContent-Type: application/dicom\r\n\r\n"
    related = ("Content-Type", 'multipart/related; type="application/dicom"; boundary=B')
    body = head + content + b"\r\n--B--\r\n"
    return _sent("POST", "/api/ris/dicom-web/studies", body, world.sender, kind=related)
