"""What approved AI results say beside Observations and reports: RiskAssessment, Device,
BodyStructure."""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from django.db.models import Q

from ai.choices import RUN_BY_MODEL
from common.person import Person
from fhir.facade.approved_results import (
    approved_result,
    device_key,
    devices,
    observation_rows,
)
from fhir.facade.declarations import ResourceSource, ResourceType, refer, register
from fhir.facade.search_parameters import (
    NOTHING,
    NumberParameter,
    ReferenceParameter,
    SearchParameter,
)
from fhir.models import ResultObservation
from fhir.services.resources.elements import Json
from fhir.services.resources.observations import body_structure

JOB = "publication__job"
PATIENT = attrgetter("publication.job.patient_id")
_RISK = "ai-risk-score"


@dataclass(frozen=True, kw_only=True)
class DeviceParameter(ReferenceParameter):
    """The model and version; ``field``: of the job."""

    target: str = "Device"
    chained: bool = False

    def to_id(self, key: str) -> Q:
        versions = ResultObservation.objects.order_by().values_list(
            f"{JOB}__model_id", f"{JOB}__model_version"
        )
        for model_id, version in versions.distinct():
            if device_key(model_id, version) == key:
                at = self.field
                made = {f"{at}__model_id": model_id, f"{at}__model_version": version}
                return Q(**made, **{f"{at}__origin__in": RUN_BY_MODEL})
        return NOTHING

    def absent(self) -> Q:
        return ~Q(**{f"{self.field}__origin__in": RUN_BY_MODEL})


def of_result(job: str = JOB) -> dict[str, SearchParameter]:
    """The parameters that all that is said of a result have; ``job``: where a row has it."""
    return {
        "patient": ReferenceParameter(field=f"{job}__patient", target="Patient"),
        "subject": ReferenceParameter(field=f"{job}__patient", target="Patient"),
        "encounter": ReferenceParameter(
            field=f"{job}__study__order__encounter", target="Encounter"
        ),
    }


def _risks(user: Person) -> Any:
    return observation_rows(user).filter(key=_RISK, publication__job__origin__in=RUN_BY_MODEL)


def _structure(row: ResultObservation) -> Json:
    observation = approved_result(row.publication).observation(row)
    return body_structure(observation, refer("Patient", row.publication.job.patient_id))


register(
    ResourceType(
        name="RiskAssessment",
        sources=(
            ResourceSource(
                rows=_risks,
                render=lambda row: approved_result(row.publication).risk,
                updated="publication__created_at",
                patient=PATIENT,
                parameters={
                    **of_result(),
                    "performer": DeviceParameter(field=JOB),
                    "probability": NumberParameter(field="value"),
                },
            ),
        ),
    )
)
register(
    ResourceType(
        name="BodyStructure",
        sources=(
            ResourceSource(
                rows=lambda user: observation_rows(user).filter(key__startswith="volume-"),
                render=_structure,
                updated="publication__created_at",
                patient=PATIENT,
                parameters={
                    "patient": ReferenceParameter(field=f"{JOB}__patient", target="Patient")
                },
            ),
        ),
    )
)
register(ResourceType(name="Device", fixed=devices))
