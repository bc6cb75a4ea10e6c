"""What this app does when something happened, and its parts of a patient's summary."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from acct.serializers import UserBriefOut
from alert.selectors import About, describes
from common.errors import AppError
from common.outbox.registry import Event, subscribe
from common.person import Person
from emr import openemr_sync, selectors, sync_runs
from emr.events import INCOMING_RUN, PATIENT_CHANGED, PATIENT_MERGED, PATIENT_SYNC, SYNC_RUN
from emr.models import Patient
from emr.selectors import patient_summary as summary
from emr.serializers import chart_bodies as bodies, overview_bodies
from emr.services import duplicate_finding, incoming_patients
from emr.services.patient_merging import merge_settle
from openemr.outage import DAYS_OF_ATTEMPTS
from rbac.permissions import Permission


@subscribe(PATIENT_MERGED, queue="django_tasks")
def take_along(event: Event) -> None:
    merge_settle(duplicate_id=event.payload["duplicate_id"])


@subscribe(PATIENT_SYNC, queue="django_tasks", max_attempts=DAYS_OF_ATTEMPTS)
def make_alike(event: Event) -> None:
    kind = event.payload.get("kind")
    openemr_sync.patient_sync(
        patient_id=event.payload["patient_id"], kinds=[kind] if kind else None
    )


def _run_failed(event: Event, error: AppError) -> None:
    sync_runs.run_fail(run_id=event.payload["run_id"])


@subscribe(SYNC_RUN, queue="django_tasks", on_dead=_run_failed)
def run_all(event: Event) -> None:
    sync_runs.run_continue(run_id=event.payload["run_id"])


@subscribe(PATIENT_CHANGED, queue="django_tasks")
def find_duplicates(event: Event) -> None:
    duplicate_finding.pairs_of(event.payload["patient_id"])


def _incoming_failed(event: Event, error: AppError) -> None:
    incoming_patients.run_fail(run_id=event.payload["run_id"])


@subscribe(INCOMING_RUN, queue="django_tasks", on_dead=_incoming_failed)
def compare_incoming(event: Event) -> None:
    incoming_patients.run_continue(run_id=event.payload["run_id"])


@describes("patient")
def alert_patients(user: Person, ids: set[Any]) -> Mapping[Any, About]:
    found = selectors.patients_by_any_id(user, ids)
    return {pk: {"patient": patient.brief} for pk, patient in found.items()}


_ENCOUNTER = Permission.VIEW_ENCOUNTER
_part = summary.summary_part
_part("allergies", _ENCOUNTER, overview_bodies.AllergiesKnownOut, many=False)(
    summary.allergies_known
)
_part("problems", _ENCOUNTER, bodies.ProblemOut)(summary.problems_active)
_part("medication", Permission.VIEW_PRESCRIPTION, bodies.PrescriptionOut)(summary.medication_active)
_part("vitals", _ENCOUNTER, overview_bodies.LatestVitalOut)(summary.vitals_latest)
_part("encounter", _ENCOUNTER, bodies.EncounterOut, many=False)(summary.encounter_latest)


@_part("care_team", _ENCOUNTER, UserBriefOut)
def team(user: Person, patient: Patient) -> list[Any]:
    return [member.user for member in selectors.care_team(patient.pk)]
