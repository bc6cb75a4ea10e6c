"""Approvals to publish, all synthetic."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid5

from fhir.services.resources import (
    PublicationFacts,
    PublishedAiResult,
    PublishedEncounter,
    PublishedInstance,
    PublishedModel,
    PublishedOrder,
    PublishedPatient,
    PublishedPractitioner,
    PublishedSeries,
    PublishedStudy,
    PublishedVersion,
    PublishedVolume,
)

MR_STORAGE = "1.2.840.10008.5.1.4.1.1.4"
SEG_STORAGE = "1.2.840.10008.5.1.4.1.1.66.4"
BASE = "https://cdss.neuronova.local/fhir/sid"
GATEWAY = "https://cdss.neuronova.local/api/ris/dicom-web"
_ROOT = UUID("8d6a6e0e-3c53-4a4b-9a0a-0d1c61c7b0f3")

RADIOLOGIST = PublishedPractitioner(username="radiologist", full_name="박서연")
DOCTOR = PublishedPractitioner(username="doctor", full_name="이도윤")


def uid(name: str) -> str:
    """A DICOM UID that depends on the name alone (2.25 root, PS3.5 B.2)."""
    return f"2.25.{uuid5(_ROOT, name).int}"


def study(case: str = "a", *, slices: int = 3) -> PublishedStudy:
    """A T1 series of `slices` slices and the SEG made from it."""
    source = PublishedSeries(
        series_instance_uid=uid(f"{case}/t1"),
        modality="MR",
        number=1,
        description="T1 MPRAGE",
        body_part_examined="BRAIN",
        instances=tuple(
            PublishedInstance(
                sop_instance_uid=uid(f"{case}/t1/{n}"), sop_class_uid=MR_STORAGE, number=n
            )
            for n in range(1, slices + 1)
        ),
    )
    seg = PublishedSeries(
        series_instance_uid=uid(f"{case}/seg"),
        modality="SEG",
        number=100,
        description="Brain segmentation",
        instances=(
            PublishedInstance(
                sop_instance_uid=uid(f"{case}/seg/1"), sop_class_uid=SEG_STORAGE, number=1
            ),
        ),
    )
    return PublishedStudy(
        study_instance_uid=uid(f"{case}/study"),
        started=datetime(2026, 1, 5, 9, 30, tzinfo=UTC),
        description="MR Brain",
        series=(source, seg),
    )


def version(case: str = "a", **changes: Any) -> PublishedVersion:
    """Version 2, edited by the doctor; one brain segment."""
    values: dict[str, Any] = {
        "version": 2,
        "uuid": uuid5(_ROOT, f"{case}/version"),
        "kind": "edited",
        "author": DOCTOR,
        "volumes": (volume(case=case),),
    }
    return PublishedVersion(**{**values, **changes})


def volume(number: int = 1, *, case: str = "a", **changes: Any) -> PublishedVolume:
    """A brain of 1482.3456 ml."""
    values: dict[str, Any] = {
        "segment_number": number,
        "label": "Brain",
        "code_value": "12738006",
        "code_scheme": "SCT",
        "code_meaning": "Brain",
        "anatomical": True,
        "volume_ml": 1482.3456,
        "tracking_uid": uid(f"{case}/tracking/{number}"),
    }
    return PublishedVolume(**{**values, **changes})


def ai_result(**changes: Any) -> PublishedAiResult:
    """A finished job with both scores and two parameters."""
    values: dict[str, Any] = {
        "job_id": 17,
        "finished_at": datetime(2026, 1, 5, 10, 0, 5, 250000, tzinfo=UTC),
        "risk_score": 0.42,
        "confidence": 0.93,
        "parameters": {"threshold": 0.5, "fast": False},
    }
    return PublishedAiResult(**{**values, **changes})


def publication(case: str = "a", **changes: Any) -> PublicationFacts:
    """An approval with everything an approval can have."""
    values: dict[str, Any] = {
        "patient": PublishedPatient(
            mrn=f"TEST-{case}", full_name="김민준", birth_date=date(1974, 3, 2), gender="M"
        ),
        "study": study(case),
        "source_series_instance_uid": uid(f"{case}/t1"),
        "seg_series_instance_uid": uid(f"{case}/seg"),
        "seg_sop_instance_uid": uid(f"{case}/seg/1"),
        "model": PublishedModel(
            id="brain_extraction", version="1.0.2", name="Brain extraction", manufacturer="Maker"
        ),
        "ai_result": ai_result(),
        "version": version(case),
        "approver": RADIOLOGIST,
        "approved_at": datetime(2026, 1, 5, 10, 15, tzinfo=UTC),
        "gateway_url": GATEWAY,
        "identifier_base": BASE,
        "order": PublishedOrder(
            order_number=f"ORD-{case}",
            accession_number=f"ACC-{case}",
            ordered_by=DOCTOR,
            ordered_at=datetime(2026, 1, 5, 8, 0, tzinfo=UTC),
            job_role="RIS",
            examination="MR_BRAIN_CONTRAST",
            priority="stat",
            status="IN_PROGRESS",
            reason="First seizure",
        ),
        "encounter": PublishedEncounter(
            encounter_number=f"ENC-{case}",
            kind="outpatient",
            started_at=datetime(2026, 1, 5, 7, 45, tzinfo=UTC),
        ),
    }
    return PublicationFacts(**{**values, **changes})
