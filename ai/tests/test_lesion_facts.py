"""Which approved mask of a lesion a rule gets, and which one it is measured against."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.utils import timezone

from ai.choices import MissingReason, OfferKind
from ai.manifest import ManifestFact
from ai.models import AIJob, Publication
from ai.selectors.patient_facts import MissingFact, facts_known
from ai.services import rule_runs
from ai.services.fact_offers import FactOffer, FactOffers
from ai.services.rule_runs import _with_mask
from ai.tests import factories
from common.errors import BusinessError
from pacs.models import Series

pytestmark = pytest.mark.django_db
JANUARY, APRIL = date(2026, 1, 5), date(2026, 4, 5)
NEOPLASM, OEDEMA, BRAIN = "108369006", "79654002", "12738006"
ALTERED, ANATOMICAL = "49755003", "91723000"
Approve = Callable[..., AIJob]


def _show(job: AIJob, *types: str, tracking: str = "") -> None:
    job.segmentation.segments = [
        {
            "number": number,
            "label": "Lesion",
            "category": {
                "value": ANATOMICAL if value == BRAIN else ALTERED,
                "scheme": "SCT",
                "meaning": "Category",
            },
            "type": {"value": value, "scheme": "SCT", "meaning": "Lesion"},
            "tracking_uid": tracking,
        }
        for number, value in enumerate(types, 1)
    ]
    job.segmentation.save()


@pytest.fixture
def patient(patient_factory: Any) -> Any:
    return patient_factory()


@pytest.fixture
def approve(users: Any, patient: Any, settings: Any, tmp_path: Path) -> Approve:
    """``approve(day, *types, tracking, beside)``: a study with a published mask of these segments.

    ``beside``: on another series of that job's study, in the same coordinates.
    """
    settings.CDSS_DATA_DIR = tmp_path
    count = iter(range(1, 9))

    def make(day: date, *types: str, tracking: str = "", beside: AIJob | None = None) -> AIJob:
        tag = str(next(count))
        series = factories.make_series(patient, tag=tag)
        series.study.study_date = day
        series.study.save()
        if beside is not None:
            series.study = beside.source_series.study
            series.frame_of_reference_uid = beside.source_series.frame_of_reference_uid
            series.save()
        job = factories.make_result(
            series, users["doctor"], review_status="APPROVED", reviewed_at=timezone.now()
        )
        _show(job, *(types or (NEOPLASM,)), tracking=tracking)
        Publication.objects.create(
            job=job,
            version=job.segmentation.versions.get(),
            seg_sop_instance_uid=f"2.25.9{tag}",
            seg_series_instance_uid=f"2.25.8{tag}",
        )
        return job

    return make


def test_the_only_lesion_of_each_day_is_the_same(
    approve: Approve, users: Any, patient: Any
) -> None:
    approve(JANUARY)
    approve(APRIL)
    known = facts_known(users["doctor"], patient)
    assert (known["mask"].at, known["prior_mask"].at) == (APRIL, JANUARY)
    assert not known["prior_mask"].conflict


@pytest.mark.parametrize("day", [JANUARY, APRIL])
def test_of_two_lesions_on_a_day_none_is_compared(
    approve: Approve, users: Any, patient: Any, day: date
) -> None:
    for at in (JANUARY, APRIL, day):
        approve(at)
    assert facts_known(users["doctor"], patient)["prior_mask"].conflict


def test_a_tracked_lesion_is_found_among_others(approve: Approve, users: Any, patient: Any) -> None:
    same = approve(JANUARY, tracking="2.25.7")
    approve(JANUARY, tracking="2.25.6")
    approve(APRIL, tracking="2.25.7")
    prior = facts_known(users["doctor"], patient)["prior_mask"]
    assert (prior.source.id, prior.conflict) == (str(same.pk), False)


def test_oedema_is_not_measured(approve: Approve, users: Any, patient: Any) -> None:
    approve(JANUARY, OEDEMA)
    assert "mask" not in facts_known(users["doctor"], patient)
    approve(APRIL, NEOPLASM, OEDEMA)
    assert facts_known(users["doctor"], patient)["mask"].value["labels"] == [1]


def test_the_brain_of_the_same_study_and_coordinates_shows_the_midline(
    approve: Approve, users: Any, patient: Any
) -> None:
    lesion = approve(APRIL)
    approve(APRIL, BRAIN)
    assert "brain_mask" not in facts_known(users["doctor"], patient), "of another study"
    brain = approve(APRIL, BRAIN, beside=lesion)
    known = facts_known(users["doctor"], patient)
    assert known["brain_mask"].source.id == str(brain.pk)
    assert known["mask"].source.id == str(lesion.pk)
    Series.objects.filter(pk=brain.series_id).update(frame_of_reference_uid="2.25.99")
    assert "brain_mask" not in facts_known(users["doctor"], patient), "of other coordinates"


def test_the_rule_gets_the_height_along_the_normal(
    approve: Approve, users: Any, patient: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rule_runs, "version_labelmap", lambda _: factories.make_mask())
    job = approve(APRIL)
    fact = facts_known(users["doctor"], patient)["mask"].to_json()
    images = list(job.source_series.instances.order_by("number"))
    for number, image in enumerate(images):
        image.image_position = [0.0, 1.5 * number, 100.0 - 2.0 * number]
        image.save()
    sent = _with_mask(job, fact)["value"]
    assert sent["spacing_mm"] == pytest.approx((2.0, 1.0, 1.0))
    columns = np.array(sent["affine_ras"])[:3, :3].T
    assert columns == pytest.approx(np.array([[-1, 0, 0], [0, -1, 0], [0, 1.5, 2]]))
    images[0].image_position = [0.0, 0.0, 104.0]
    images[0].save()
    with pytest.raises(BusinessError, match="unevenly"):
        _with_mask(job, fact)


def test_only_an_approved_mask_of_the_patient_is_sent(
    approve: Approve, users: Any, patient: Any, patient_factory: Any
) -> None:
    job = approve(APRIL)
    fact = facts_known(users["doctor"], patient)["mask"].to_json()
    with pytest.raises(BusinessError, match="no longer there"):
        _with_mask(AIJob(patient=patient_factory()), fact)
    AIJob.objects.filter(pk=job.pk).update(review_status="REJECTED")
    with pytest.raises(BusinessError, match="no longer there"):
        _with_mask(job, fact)
    AIJob.objects.filter(pk=job.pk).update(review_status="APPROVED")
    Publication.objects.all().delete()
    with pytest.raises(BusinessError, match="no longer there"):
        _with_mask(job, fact)


def test_a_waiting_mask_is_offered_only_if_it_shows_a_lesion(
    users: Any, patient: Any, settings: Any, tmp_path: Path
) -> None:
    settings.CDSS_DATA_DIR = tmp_path
    missing = MissingFact(ManifestFact(name="mask", label="Mask"), MissingReason.UNKNOWN)
    waiting = factories.make_result(factories.make_series(patient), users["doctor"])

    def offer() -> FactOffer:
        return FactOffers(users["doctor"], patient).missing(missing).offer

    assert (offer().kind, offer().job) == (OfferKind.STUDY, None)
    _show(waiting, NEOPLASM)
    assert (offer().kind, offer().job) == (OfferKind.RESULT, waiting.pk)
