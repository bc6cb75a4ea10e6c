"""What would give a missing fact: a form, an order, a result that waits, a study."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ai.choices import JobStatus, MissingReason, OfferKind, ReviewStatus
from ai.manifest import ManifestFact, ManifestSequence, ModelManifest
from ai.models import AIJob
from ai.selectors.fact_sources import lesions_of
from ai.selectors.patient_facts import MASKS, MissingFact
from common.person import Person
from ocs import selectors as orders

PROBLEMS, VITALS, PRESCRIPTIONS, TREATMENT, PATIENT, REQUEST = (
    *("problems", "vitals", "prescriptions", "treatment", "patient", "request"),
)
FORMS = {
    **dict.fromkeys(("age", "sex"), PATIENT),
    "systolic_bp": VITALS,
    "hypertension_treatment": PRESCRIPTIONS,
    **dict.fromkeys(("karnofsky", "surgery"), TREATMENT),
    **dict.fromkeys(
        ("atrial_fibrillation", "heart_failure", "hypertension", "diabetes", "stroke_tia"),
        PROBLEMS,
    ),
    **dict.fromkeys(("vascular_disease", "cardiovascular_disease"), PROBLEMS),
}
EXAMINATIONS = {
    **dict.fromkeys(("idh", "codeletion_1p19q", "cdkn2ab", "h3"), "GENETIC"),
    **dict.fromkeys(("tert_promoter", "egfr", "chr7_10"), "GENETIC"),
    "atrx": "PROTEIN",
}
GIVEN_BY = {"diagnosis": "MG", "brain_mask": "brain_extraction"}
"""The model whose approved result is the fact."""
SERIES = "series"
MR_BRAIN = "MR_BRAIN"


@dataclass(frozen=True, slots=True)
class FactOffer:
    """``form``: of which page; ``job_role`` and ``job_type``: of an order to place."""

    kind: OfferKind
    form: str = ""
    job_role: str = ""
    job_type: str = ""
    order: int | None = None
    job: int | None = None
    model: str = ""
    study_instance_uid: str = ""


@dataclass(frozen=True, slots=True)
class Missing:
    """``what`` is the fact's name; ``can_be_given``: the doctor who asks may say it."""

    what: str
    label: str
    label_ko: str
    reason: MissingReason
    required: bool
    can_be_given: bool
    choices: tuple[str, ...]
    unit: str
    offer: FactOffer


class FactOffers:
    """Of one patient, for whatever number of models: two queries."""

    def __init__(self, user: Person, patient: Any) -> None:
        rows = orders.orders_open_of(user, patient).filter(job_role="LIS").order_by("-pk")
        self._orders = {row.job_type: row.pk for row in reversed(rows)}
        waiting = AIJob.objects.visible_to(user).filter(
            patient=patient, status=JobStatus.COMPLETED, review_status=ReviewStatus.PENDING
        )
        self._jobs = list(
            waiting.order_by("-pk")
            .select_related("segmentation")
            .only("model_id", "segmentation__segments")
        )

    def missing(self, one: MissingFact) -> Missing:
        fact = one.declared
        return Missing(
            what=fact.name,
            label=fact.label,
            label_ko=fact.label_ko,
            reason=one.reason,
            required=fact.required,
            can_be_given=fact.name not in MASKS,
            choices=fact.choices,
            unit=fact.unit,
            offer=self._offer(fact),
        )

    def _offer(self, fact: ManifestFact) -> FactOffer:
        if fact.given:
            return FactOffer(OfferKind.FORM, form=REQUEST)
        if fact.name in EXAMINATIONS:
            job_type = EXAMINATIONS[fact.name]
            if (order := self._orders.get(job_type)) is not None:
                return FactOffer(OfferKind.RESULT, order=order, job_type=job_type)
            return FactOffer(OfferKind.ORDER, job_role="LIS", job_type=job_type)
        if (giver := GIVEN_BY.get(fact.name)) is not None:
            job = next((job.pk for job in self._jobs if job.model_id == giver), None)
            return FactOffer(OfferKind.RESULT, job=job, model=giver)
        if fact.name in MASKS:
            job = next((job.pk for job in self._jobs if _shows_lesion(job)), None)
            return FactOffer(OfferKind.RESULT, job=job) if job else FactOffer(OfferKind.STUDY)
        return FactOffer(OfferKind.FORM, form=FORMS.get(fact.name, REQUEST))


def _shows_lesion(job: AIJob) -> bool:
    mask = getattr(job, "segmentation", None)
    return mask is not None and bool(lesions_of(mask))


def series_missing(manifest: ModelManifest) -> Missing:
    """A model of images, and no series that suits it."""
    modality = manifest.inputs.modalities[0] if manifest.inputs.modalities else ""
    return _no_series(
        SERIES,
        manifest.inputs.description or f"A series of {modality} that suits the model",
        manifest.inputs.description_ko or "",
        _examination(modality),
    )


def sequence_missing(
    manifest: ModelManifest, sequence: ManifestSequence, study_instance_uid: str
) -> Missing:
    """A sequence that the study lacks; ``study_instance_uid``: another one of the patient's has it.

    Without such a study, an examination is offered.
    """
    modality = sequence.modality or manifest.inputs.modalities[0]
    offer = FactOffer(OfferKind.STUDY, study_instance_uid=study_instance_uid)
    return _no_series(
        sequence.id,
        sequence.label,
        sequence.label_ko,
        offer if study_instance_uid else _examination(modality),
    )


def _examination(modality: str) -> FactOffer:
    job_type = MR_BRAIN if modality == "MR" else ""
    return FactOffer(OfferKind.ORDER, job_role="RIS", job_type=job_type)


def _no_series(what: str, label: str, label_ko: str, offer: FactOffer) -> Missing:
    return Missing(
        what=what,
        label=label,
        label_ko=label_ko,
        reason=MissingReason.NO_SERIES,
        required=True,
        can_be_given=False,
        choices=(),
        unit="",
        offer=offer,
    )
