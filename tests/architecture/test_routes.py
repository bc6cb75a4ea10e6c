"""Every route x eight identities x the expected status; a route without a row fails."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import responses
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from rest_framework.views import APIView

from acct import services as accounts
from ai.models import RoutingRule
from ai.services import jobs
from ai.tests import factories
from audit.models import AuditLog
from common.api.permissions import Access
from common.outbox.models import OutboxEvent
from conftest import PASSWORD
from emr.models import (
    Allergy,
    CareTeamMember,
    DuplicatePair,
    Encounter,
    IncomingPatient,
    IncomingRun,
    Note,
    Prescription,
    Problem,
    SyncRun,
    Vitals,
    Ward,
)
from emr.services import patient_merging, ward_stays
from emr.tests.factories import inpatient
from ocs.models import Order
from rbac import services as rights
from rbac.matrix import scope
from rbac.permissions import Permission, Scope
from ris.models import DicomNode, Registration
from ris.reports.signing import certificate_make
from ris.tests.reports.factories import report_row
from tests.architecture.route_table import IDENTITIES, ROUTES
from treatment import models as course

UNKNOWN = {
    "dicomweb-unknown": "/api/ris/dicom-web/nothing/here",
    "fhir-unknown": "/api/fhir/nothing/of/this",
}
"""Addresses of routes that take whatever no other does."""


def routes(resolver: URLResolver | None = None) -> Iterator[URLPattern]:
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern)
        else:
            yield pattern


def view_class(route: URLPattern) -> Any:
    return getattr(route.callback, "cls", None) or getattr(route.callback, "view_class", None)


def declared() -> dict[str, Any]:
    """METHOD name → what it requires. A plain function counts as public GET."""
    found = {}
    for route in routes():
        view = view_class(route)
        requirements = view.required_permissions if view else {"GET": Access.PUBLIC}
        for method, requirement in requirements.items():
            found[f"{method} {route.name}"] = requirement
    return found


def test_every_route_has_a_name_and_the_table_has_exactly_these_rows():
    assert all(route.name for route in routes())
    assert set(declared()) == set(ROUTES)


def test_every_handler_of_every_view_declares_what_it_requires():
    catalogue = set(Permission)
    for route in routes():
        view = view_class(route)
        if view is None:
            assert route.name in {"healthz", "readyz", "metrics"}
            continue
        if not issubclass(view, APIView):
            assert set(view.required_permissions) <= {"GET", "POST"}, "it decides in dispatch"
            continue
        handlers = {
            m.upper() for m in ("get", "post", "put", "patch", "delete") if hasattr(view, m)
        }
        assert handlers == set(view.required_permissions), route.name
        for requirement in view.required_permissions.values():
            assert isinstance(requirement, Access) or requirement in catalogue, route.name


def course_rows(users: dict[str, Any], study: Any) -> dict[str, int]:
    """One record of each kind of treatment and follow-up of the study's patient."""
    day = timezone.localdate()
    by = {"patient": study.patient, "recorded_by": users["doctor"]}
    plan = course.Plan.objects.create(**by, kind="surgery", title="Resection", started_on=day)
    uid = study.study_instance_uid
    return {
        "plan": plan.pk,
        "event": course.CourseEvent.objects.create(**by, plan=plan, occurred_on=day).pk,
        "adverse": course.AdverseEvent.objects.create(**by, grade=1, onset_on=day).pk,
        "performance": course.PerformanceStatus.objects.create(**by, assessed_on=day, ecog=1).pk,
        "visit": course.Visit.objects.create(
            **by, clinician=users["doctor"], planned_at=timezone.now()
        ).pk,
        "response": course.Assessment.objects.create(
            **by, study_instance_uid=uid, assessed_on=day, lesions=[]
        ).pk,
        "life": course.LifeStatus.objects.create(**by, status="alive", on=day).pk,
    }


def chart_of(patient: Any, author: Any) -> dict[str, Any]:
    """One row of each kind of the patient's record, by the first word of its routes' names."""
    now = timezone.now()
    return {
        "vitals": Vitals.objects.create(
            patient=patient, recorded_by=author, measured_at=now, pain=1
        ),
        "encounters": Encounter.objects.create(
            patient=patient, clinician=author, kind="outpatient", reason="-", started_at=now
        ),
        "prescriptions": Prescription.objects.create(
            patient=patient, prescriber=author, drug="-", days=1, prescribed_at=now
        ),
        "allergies": Allergy.objects.create(patient=patient, recorded_by=author),
        "problems": Problem.objects.create(patient=patient, recorded_by=author),
        "notes": Note.objects.create(patient=patient, recorded_by=author, signed_at=now),
    }


def identity_rows(users: dict[str, Any], patient: Any, other: Any) -> dict[str, int]:
    """A pair that looks alike, a merge of it that the doctor proposed, an incoming patient."""
    run = IncomingRun.objects.create(source="A", requested_by=users["admin"])
    merge = patient_merging.merge_propose(
        actor=users["doctor"], survivor=patient.pk, duplicate=other.pk, reason="twice", fields={}
    )
    return {
        "duplicate": DuplicatePair.objects.create(first=patient, second=other, score=85).pk,
        "merge": merge.pk,
        "incomingrun": run.pk,
        "incoming": IncomingPatient.objects.create(run=run, source="A", line=1, payload={}).pk,
    }


@pytest.fixture
def world(users, patient_factory, settings, tmp_path):
    """One patient, owned by the patient user and shared with the external one, and their things."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as service:
        service.get(f"{settings.INFERENCE_URL}/models", json={"models": [factories.MANIFEST]})
        factories.grants_written(service)
        settings.REPORT_SIGNING_DIR = tmp_path
        certificate_make()
        patient = patient_factory(user=users["patient"])
        grant = rights.grant_share(
            actor=users["admin"],
            grantee_id=users["external"].pk,
            expires_at=timezone.now() + timedelta(days=1),
            patient_id=patient.pk,
        )
        series = factories.make_series(patient)
        order = Order.objects.create(
            patient=patient,
            ordered_by=users["doctor"],
            job_role="RIS",
            job_type="MR_BRAIN",
            accession_number="T0001",
            ordered_at=timezone.now(),
        )
        job = jobs.job_create(
            actor=users["doctor"],
            study_instance_uid=series.study.study_instance_uid,
            model_type="brain_extraction",
        )
        body = factories.run_answer(series)
        service.post(f"{settings.INFERENCE_URL}/inference", json=body)
        service.get(
            f"{settings.INFERENCE_URL}/inference/{body['job_id']}/mask",
            body=factories.mask_file(series),
        )
        jobs.job_run(job.pk)
        job.refresh_from_db()
        chart = {kind: row.pk for kind, row in chart_of(patient, users["doctor"]).items()}
        yield {
            "user_id": users["nurse"].pk,
            "code": stripped_role(users).code,
            "session_id": uuid4(),
            "model_id": "brain_extraction",
            "pk": {
                "patient": patient.pk,
                "order": order.pk,
                **course_rows(users, series.study),
                **bed_of(patient, users),
                **chart,
                **identity_rows(users, patient, patient_factory()),
                "cds": 1,
                "sync": SyncRun.objects.create(requested_by=users["admin"]).pk,
            },
            "patient_id": patient.pk,
            "share_id": grant.pk,
            "grant_id": rights.grant_break_glass(
                actor=users["doctor"], patient_id=patient.pk, reason="no relatives, unconscious"
            ).pk,
            "log_id": AuditLog.objects.earliest("id").pk,
            "event_id": OutboxEvent.objects.first().pk,
            "job_id": job.pk,
            "rule_id": RoutingRule.objects.create(
                name="-", modality="MR", model_id="brain_extraction"
            ).pk,
            "node_id": DicomNode.objects.create(name="-", ae_title="MR1", address="192.0.2.21").pk,
            "report_id": report_row(series.study, users["rib"], "signed").pk,
            "registration_id": Registration.objects.create(
                patient=patient,
                fixed_study=series.study,
                moving_study=series.study,
                requested_by=users["rib"],
            ).pk,
            "template_code": "general",
            "critical_report_id": 1,
            "segmentation_id": job.segmentation.pk,
            "workitem_uid": job.workitem_uid,
            "aetitle": "WATCHER",
            "version": 1,
            "service_id": "patient-view",
            "rule": "follow-up",
            "resource_type": "Patient",
            "resource_id": patient.pk,
            "study_instance_uid": series.study.study_instance_uid,
            "series_instance_uid": series.series_instance_uid,
            "sop_instance_uid": series.instances.first().sop_instance_uid,
            "orthanc_id": series.instances.first().orthanc_id,
            "specimen_id": 1,
            "version_id": 1,
            "critical_id": 1,
            "message_id": 1,
            "set_id": "stroke",
            "job_type": "BLOOD",
            "unfiled_id": 1,
            "upload_id": uuid4(),
            "filter_id": 1,
            "frames": "1",
            "bulkdata": "7fe00010",
            "place": f"{series.instances.first().orthanc_id}/0/0/png",
        }


def bed_of(patient: Any, users: dict[str, Any]) -> dict[str, int]:
    """The patient in a bed, with a care team."""
    ward = Ward.objects.create(code="5W", name_ko="-", name_en="-", beds=["1"])
    visit = inpatient(patient, users["doctor"])
    stay = ward_stays.bed_take(actor=users["nurse"], encounter=visit.pk, ward=ward.pk, bed="1")
    member = CareTeamMember.objects.create(patient=patient, user=users["nurse"])
    return {"ward": ward.pk, "stay": stay.pk, "care": member.pk, "contact": 1}


def stripped_role(users: dict[str, Any]) -> Any:
    """Of an eighth person: a doctor from whom everything is taken away."""
    role = rights.role_create(
        actor=users["admin"],
        base_role="doctor",
        name_ko="권한 없음",
        name_en="Stripped",
        removed=[p for p in Permission if scope("doctor", p) is not Scope.NONE],
    )
    accounts.user_create(
        actor=users["admin"],
        username="stripped1",
        password=PASSWORD,
        role="doctor",
        custom_role=role,
    )
    return role


def address(name: str, world: dict[str, Any]) -> str:
    if name in UNKNOWN:
        return UNKNOWN[name]
    route = next(r for r in routes() if r.name == name)
    kwargs = {}
    for key in route.pattern.converters:
        value = world[key]
        kind = name.split("-", maxsplit=1)[0]
        kwargs[key] = value[kind] if isinstance(value, dict) else value
    return reverse(name, kwargs=kwargs)


def ask(client: Any, method: str, url: str) -> int:
    """Send an empty request and undo what it did."""
    sid = transaction.savepoint()
    try:
        body: dict[str, str] | None = {} if method in ("POST", "PATCH") else None
        if url.endswith(("/save/", "/segmentations/import/")):
            status = client.post(url, {}, format="multipart").status_code
        else:
            status = getattr(client, method.lower())(url, body, format="json").status_code
    finally:
        transaction.savepoint_rollback(sid)
    return status


@pytest.mark.django_db
def test_the_table(world, api):
    clients = {name: api(None if name == "nobody" else name) for name in IDENTITIES}
    wrong = []
    for row, expected in ROUTES.items():
        method, name = row.split()
        url = address(name, world)
        statuses = [ask(clients[identity], method, url) for identity in IDENTITIES]
        if statuses != [int(s) for s in expected.split()]:
            wrong.append(f'    "{row}": "{" ".join(map(str, statuses))}",')
    assert not wrong, "these rows differ:\n" + "\n".join(wrong)


@pytest.mark.django_db
def test_a_custom_role_is_asked_for_its_permissions_at_every_route(world, api):
    client = api("stripped")
    for row, requirement in declared().items():
        if isinstance(requirement, Access):
            continue
        method, name = row.split()
        assert ask(client, method, address(name, world)) == 403, row
