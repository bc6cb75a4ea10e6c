"""Sample patients with visits, prescriptions and orders, for development."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from acct import selectors as accounts
from emr import selectors as patients, services as emr
from ocs import selectors, services
from ocs.choices import JobRole, OrderStatus
from ocs.management import sample_data as sample
from rbac import selectors as rights, services as grants

SHARED_FOR = timedelta(days=365)
_STEPS = (
    OrderStatus.ACCEPTED,
    OrderStatus.IN_PROGRESS,
    OrderStatus.RESULT_READY,
    OrderStatus.CONFIRMED,
)
_WORKERS: dict[str, str] = defaultdict(
    lambda: "doctor", {JobRole.RIS: "radiologist", JobRole.LIS: "labtech"}
)


class Command(BaseCommand):
    help = "Create the sample patients and their orders; running it again changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.TEST_USERS_ALLOWED:
            raise CommandError("Sample data exist in development only; nothing was created.")
        self._users = {user.username: user for user in accounts.users_list()}
        needed = {"admin", "doctor", "radiologist", "labtech", "nurse", "patient", "external"}
        if missing := needed - self._users.keys():
            raise CommandError(f"Run create_test_users first (missing: {sorted(missing)}).")
        for row in sample.PATIENTS:
            with transaction.atomic():
                self._patient(row)
        self.stdout.write(f"{len(sample.PATIENTS)} sample patients are ready.")

    def _patient(self, row: sample.SamplePatient) -> None:
        """One patient and all that hangs on it; what is there already stays as it is."""
        patient = patients.patient_by_mrn(row.patient_id)
        if patient is None:
            patient = emr.patient_create(
                actor=self._users["doctor"],
                patient_id=row.patient_id,
                full_name=row.full_name,
                birth_date=row.birth_date,
                gender=row.gender,
                phone=f"010-0000-{row.patient_id[-4:]}",
                address=row.address,
                restricted=bool(row.care_team),
                user_id=self._users[row.user].pk if row.user else None,
            )
            for name in row.care_team:
                emr.care_team_add(patient=patient, user_id=self._users[name].pk)
        if row.shared_with:
            self._share(patient.pk, row.shared_with)
        encounter = self._visits(row.patient_id, patient.pk)
        for order in sample.ORDERS:
            if order.patient_id == row.patient_id:
                self._order(order, patient.pk, encounter)

    def _share(self, patient: int, username: str) -> None:
        grantee = self._users[username].pk
        if not rights.grants_of(grantee).filter(patient_id=patient).exists():
            grants.grant_share(
                actor=self._users["admin"],
                grantee_id=grantee,
                patient_id=patient,
                expires_at=timezone.now() + SHARED_FOR,
                reason="sample data",
            )

    def _visits(self, patient_id: str, patient: int) -> int:
        """The patient's visits; the prescriptions come with the latest, whose id is returned."""
        doctor = self._users["doctor"]
        known = dict(
            patients.encounters_visible_to(doctor)
            .filter(patient_id=patient)
            .values_list("started_at", "pk")
        )
        latest = 0
        for visit in (v for v in sample.VISITS if v.patient_id == patient_id):
            if visit.started_at in known:
                latest = known[visit.started_at]
                continue
            latest = emr.encounter_create(
                actor=doctor,
                patient=patient,
                kind=visit.kind,
                reason=visit.reason,
                note=visit.note,
                started_at=visit.started_at,
            ).pk
            for drug in _drugs_of(visit):
                emr.prescription_create(
                    actor=doctor,
                    patient=patient,
                    encounter=latest,
                    prescribed_at=visit.started_at,
                    drug=drug.drug,
                    dose=drug.dose,
                    frequency=drug.frequency,
                    days=drug.days,
                )
        return latest

    def _order(self, row: sample.SampleOrder, patient: int, encounter: int) -> None:
        """Create the order unless it is known, and walk it to its state by those who may."""
        if selectors.order_by_accession(row.accession_number):
            return
        visit = _latest_visit(row.patient_id)
        order = services.order_create(
            actor=self._users["doctor"],
            patient=patient,
            encounter=encounter,
            accession_number=row.accession_number,
            ordered_at=visit.started_at,
            job_role=row.job_role,
            job_type=row.job_type,
            priority=row.priority,
            clinical_info=row.clinical_info,
        )
        for step, worker in _walk(row):
            services.order_transition(
                actor=self._users[worker],
                order_id=order.pk,
                to_status=step,
                result=row.result if step == OrderStatus.RESULT_READY else None,
            )


def _latest_visit(patient_id: str) -> sample.SampleVisit:
    return max((v for v in sample.VISITS if v.patient_id == patient_id), key=lambda v: v.started_at)


def _drugs_of(visit: sample.SampleVisit) -> list[sample.SampleDrug]:
    if visit != _latest_visit(visit.patient_id):
        return []
    return [drug for drug in sample.DRUGS if drug.patient_id == visit.patient_id]


def _walk(row: sample.SampleOrder) -> Iterator[tuple[OrderStatus, str]]:
    """The steps from ORDERED to the row's status, each with the user who takes it."""
    if row.status == OrderStatus.CANCELLED:
        yield OrderStatus.CANCELLED, "doctor"
    elif row.status != OrderStatus.ORDERED:
        for step in _STEPS[: _STEPS.index(row.status) + 1]:
            confirmed = step == OrderStatus.CONFIRMED
            yield step, "doctor" if confirmed else _WORKERS[row.job_role]
