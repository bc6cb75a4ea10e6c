"""The facts that lower apps hold: the person, the record, confirmed laboratory orders, masks."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.utils import timezone

from ai.choices import ReviewStatus
from ai.manifest import TrackedSegment
from ai.models import AIJob, Segmentation
from ai.selectors.moved_sources import on_moved_sources
from ai.selectors.patient_facts import FactOrigin, KnownFact, fact_source
from common.person import Person
from emr.selectors import clinical_facts
from ocs import selectors as orders

ALTERED_STRUCTURE = "49755003"
"""SNOMED CT: morphologically altered structure, the category of a lesion (PS3.16 CID 7150)."""
OEDEMA = "79654002"
"""SNOMED CT: edema. RANO measures the core of a lesion, never the oedema around it."""
BRAIN = "12738006"
"""SNOMED CT: brain structure, the type of the segment of a brain mask."""
DIAGNOSES: dict[str, tuple[str, ...]] = {
    "atrial_fibrillation": ("I48", "49436004"),
    "heart_failure": ("I50", "84114007"),
    "hypertension": ("I10", "I11", "I12", "I13", "I15", "38341003"),
    "diabetes": ("E10", "E11", "E12", "E13", "E14", "44054006", "46635009", "73211009"),
    "stroke_tia": (
        *("I63", "I64", "I69.3", "I69.4", "I74", "G45.0", "G45.1", "G45.2", "G45.3", "G45.8"),
        *("G45.9", "230690007", "266257000", "422504002", "432504007"),
    ),
    "vascular_disease": ("I21", "I22", "I25.2", "I70.0", "I70.2", "I73.9", "22298006"),
    "cardiovascular_disease": (
        *("I20", "I21", "I22", "I23", "I24", "I25", "I50", "I70.2", "I73.9"),
        *("22298006", "84114007"),
    ),
}
"""Beginnings of KCD codes and whole SNOMED CT codes of a problem list that say yes."""
ANTIHYPERTENSIVES = ("C02", "C03", "C07", "C08", "C09")
_SAYS_NOT = re.compile(
    r"wild[ -]?type|not (detected|found|identified|present|mutated)|no (\w+ )?(mutation|variant)"
    r"|absent|negative|야생형|미검출|불검출|음성|없음",
    re.I,
)
_LOST = r"lost|loss|negative|소실|음성"
_KEPT = r"retained|preserved|positive|보존|유지|양성"
_POSITIVE = r"positive|양성"
_NEGATIVE = r"negative|음성"
_UNSURE = re.compile(r"equivocal|inconclusive|uncertain|cannot|불확실|판정 ?불가|판독 ?불가", re.I)
_BEFORE = r"\b(?:no|not|non|without|false)\b[\s-]+(?:\w+\s+){0,2}?"
_AFTER = r"\s*(?:소견|이|가|은|는|되지|하지)?\s*(?:없|않|아님|아니)"
_IDH = re.compile(r"(R|Arg)(132|172)(?![\d=])")
_TERT = re.compile(
    r"c\.1?-(124|146)(?!\d)|\bC(228|250)T\b"
    r"|NC_000005\.10:g\.(1295113|1295135)G>A|NC_000005\.9:g\.(1295228|1295250)G>A"
    r"|(?<!\.\d:)(?<!\.\d\d:)\bg\.(1295113|1295135|1295228|1295250)G>A"
)
"""Of the promoter: C228T and C250T, by the gene, by GRCh38 and by GRCh37."""
_K27 = re.compile(r"(K|Lys)(27|28)(M|Met|I|Ile)")
_G34 = re.compile(r"(G|Gly)(34|35)(?![\d=])")
_H3_GENES = frozenset({"H3F3A", "H3-3A", "H3F3B", "H3-3B", "HIST1H3B", "H3C2", "HIST1H3C", "H3C3"})
_H3_3A = frozenset({"H3F3A", "H3-3A"})
_PATHOGENIC = frozenset({"pathogenic", "likely_pathogenic"})


@fact_source("person")
def person_facts(user: Person, patient: Any) -> Mapping[str, KnownFact]:
    """Age in years with one decimal, cut off; sex as registered."""
    today = timezone.localdate()
    origin = FactOrigin("patient", str(patient.pk), patient.patient_id)
    whole = patient.age_on(today)
    found: dict[str, KnownFact] = {}
    if whole is not None:
        tenths = math.floor((today - patient.birth_date).days / 36.52425) - 10 * whole
        age = whole + min(max(tenths, 0), 9) / 10
        found["age"] = KnownFact(age, origin, unit="a", at=today)
    sex = {"M": "male", "F": "female"}.get(patient.gender)
    return found | ({"sex": KnownFact(sex, origin, at=today)} if sex else {})


@fact_source("problems", problem="emr.Problem", prescription="emr.Prescription")
def problem_facts(user: Person, patient: Any) -> Mapping[str, KnownFact]:
    found: dict[str, KnownFact] = {}
    for row in clinical_facts.problems_recorded(user, patient):
        for name, codes in DIAGNOSES.items():
            if name not in found and _codes_match(row.code_system, row.code, codes):
                origin = FactOrigin("problem", str(row.pk), f"{row.text} ({row.code})")
                day = row.onset_date or timezone.localdate(row.created_at)
                found[name] = KnownFact(True, origin, at=day)
    return found | _treatment(user, patient, "hypertension" in found)


def _codes_match(system: str, code: str, codes: tuple[str, ...]) -> bool:
    return code in codes if system == "SNOMED" else code.startswith(codes)


@fact_source("vitals", vitals="emr.Vitals")
def pressure_fact(user: Person, patient: Any) -> Mapping[str, KnownFact]:
    row = clinical_facts.newest_pressure(user, patient)
    if row is None:
        return {}
    origin = FactOrigin("vitals", str(row.pk), "")
    at = timezone.localdate(row.measured_at)
    return {"systolic_bp": KnownFact(row.systolic_mmhg, origin, unit="mm[Hg]", at=at)}


def _treatment(user: Person, patient: Any, treated: bool) -> dict[str, KnownFact]:
    """A drug that lowers the pressure treats hypertension only where hypertension is on record."""
    for row in clinical_facts.drugs_taken(user, patient):
        if treated and row.drug_code.startswith(ANTIHYPERTENSIVES):
            origin = FactOrigin("prescription", str(row.pk), row.drug)
            at = timezone.localdate(row.prescribed_at)
            return {"hypertension_treatment": KnownFact(True, origin, at=at)}
    return {}


@fact_source("laboratory", order="ocs.Order")
def molecular_facts(user: Person, patient: Any) -> Mapping[str, KnownFact]:
    """Of confirmed genetic and protein orders; two that disagree are a conflict, not a choice."""
    rows = orders.orders_visible_to(user).filter(
        patient=patient, job_type__in=("GENETIC", "PROTEIN"), status="CONFIRMED"
    )
    found: dict[str, KnownFact] = {}
    for row in rows.order_by("-ordered_at", "-pk"):
        origin = FactOrigin("order", str(row.pk), row.accession_number)
        at = timezone.localdate(row.ordered_at)
        for name, value in _molecular(row.result or {}):
            before = found.get(name)
            if before is None:
                found[name] = KnownFact(value, origin, at=at)
            elif before.value != value:
                found[name] = KnownFact(before.value, before.source, at=before.at, conflict=True)
    return found


def _molecular(result: dict[str, Any]) -> Iterator[tuple[str, str]]:
    genes = result.get("gene_mutations", [])
    yield from _genes(genes)
    yield from _copies({_region(row["region"]): row["change"] for row in result.get("cnv", [])})
    for row in result.get("protein_markers", []):
        yield from _protein(row["marker"].upper(), str(row["value"]))


def _genes(rows: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Each row is judged alone: what one did not find does not undo what another found."""
    yield from _idh([row for row in rows if row["gene"].upper() in ("IDH1", "IDH2")])
    yield from _h3([row for row in rows if row["gene"].upper() in _H3_GENES])
    yield from _tert([row for row in rows if row["gene"].upper() == "TERT"])
    for row in rows:
        pathogenic = row.get("interpretation") in _PATHOGENIC
        if row["gene"].upper() == "ATRX" and pathogenic and not _negated(row):
            yield "atrx", "lost"
            return


def _negated(row: dict[str, Any]) -> bool:
    return bool(_SAYS_NOT.search(row.get("finding", "")))


def _mutated(row: dict[str, Any], spot: re.Pattern[str]) -> bool:
    if _negated(row) or row.get("interpretation") in ("benign", "likely_benign", "uncertain"):
        return False
    return bool(spot.search(row.get("hgvs", "")) or spot.search(row.get("finding", "")))


def _of_one_variant(row: dict[str, Any]) -> bool:
    finding = row.get("finding", "")
    return bool(row.get("hgvs") or _K27.search(finding) or _G34.search(finding))


def _idh(rows: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    if any(_mutated(row, _IDH) for row in rows):
        yield "idh", "mutant"
    elif {row["gene"].upper() for row in rows} == {"IDH1", "IDH2"} and all(map(_negated, rows)):
        yield "idh", "wildtype"


def _h3(rows: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Wildtype: a negative H3.3A; a negative row of one variant does not exclude the others."""
    altered = [
        name
        for name, spot in (("k27_altered", _K27), ("g34_mutant", _G34))
        if any(_mutated(row, spot) for row in rows)
    ]
    for name in altered:
        yield "h3", name
    whole = [row for row in rows if row["gene"].upper() in _H3_3A and not _of_one_variant(row)]
    if whole and all(map(_negated, rows)):
        yield "h3", "wildtype"


def _tert(rows: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    if any(_mutated(row, _TERT) for row in rows):
        yield "tert_promoter", "mutant"
        return
    promoter = [row for row in rows if "promoter" in row.get("finding", "").lower()]
    if promoter and all(map(_negated, promoter)):
        yield "tert_promoter", "wildtype"


def _region(text: str) -> str:
    return re.sub(r"^(CHROMOSOME|CHR)|[\s/+-]", "", text.upper())


def _copies(changes: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if (change := changes.get("1P19Q")) in ("codeletion", "none"):
        yield "codeletion_1p19q", "codeleted" if change == "codeletion" else "intact"
    if (change := changes.get("EGFR")) is not None:
        yield "egfr", "amplified" if change == "amplification" else "not_amplified"
    deletions = [changes[name] for name in ("CDKN2A", "CDKN2B", "CDKN2AB") if name in changes]
    if deletions:
        gone = "homozygous_deletion" in deletions
        yield "cdkn2ab", "homozygous_deletion" if gone else "retained"
    if "7" in changes and "10" in changes:
        both = (changes["7"], changes["10"]) == ("gain", "loss")
        yield "chr7_10", "gain_loss" if both else "absent"


def _protein(marker: str, value: str) -> Iterator[tuple[str, str]]:
    """A stain for one mutation proves it; its absence does not exclude the others."""
    if _UNSURE.search(value):
        return
    if "ATRX" in marker:
        lost, not_lost = _said(_LOST, value)
        kept, not_kept = _said(_KEPT, value)
        if lost and not (kept or not_lost):
            yield "atrx", "lost"
        elif (kept or not_lost) and not (lost or not_kept):
            yield "atrx", "retained"
    positive, not_positive = _said(_POSITIVE, value)
    if not positive or not_positive or _said(_NEGATIVE, value)[0]:
        return
    if "R132H" in marker:
        yield "idh", "mutant"
    if "K27M" in marker:
        yield "h3", "k27_altered"


def _said(words: str, text: str) -> tuple[bool, bool]:
    """Whether a text says one of the words, and whether it denies one."""
    denied = re.compile(f"{_BEFORE}(?:{words})|(?:{words}){_AFTER}", re.I)
    left, count = denied.subn(" ", text)
    return bool(re.search(words, left, re.I)), count > 0


@fact_source("results", ai_job="ai.AIJob")
def approved_facts(user: Person, patient: Any) -> Mapping[str, KnownFact]:
    """The integrated diagnosis and the masks of lesions that a doctor approved."""
    approved = AIJob.objects.visible_to(user).filter(
        patient=patient, review_status=ReviewStatus.APPROVED
    )
    rows = approved.select_related(
        "study", "series", "publication__version__segmentation"
    ).defer("model_manifest", "parameters", "facts", "record", "publication__version__changes",
            "publication__version__segmentation__slices")  # fmt: skip
    found = list(rows.order_by("-reviewed_at", "-pk"))
    moved = on_moved_sources([job.pk for job in found])
    found = [job for job in found if job.pk not in moved]
    return {**_diagnosis(found), **_masks(found)}


def _diagnosis(jobs: Iterable[AIJob]) -> dict[str, KnownFact]:
    for job in jobs:
        classes = (job.result or {}).get("classes", [])
        if job.model_id != "MG" or not classes or job.reviewed_at is None:
            continue
        chosen = classes[0]["id"]
        if chosen.endswith(("_nos", "_nec")):
            return {}
        value = "glioblastoma" if chosen == "glioblastoma" else "other"
        origin = FactOrigin("ai_job", str(job.pk), classes[0]["label"])
        return {"diagnosis": KnownFact(value, origin, at=timezone.localdate(job.reviewed_at))}
    return {}


def _masks(jobs: Sequence[AIJob]) -> dict[str, KnownFact]:
    """The newest lesion by the day of its study, and the same lesion before.

    The same: by its tracking UID, or because each of the two days has but one lesion. Else the
    prior is a conflict: which one it is, nobody said.
    """
    masks = [mask for job in jobs if (mask := _mask(job, lesions_of)) is not None]
    masks.sort(key=lambda mask: mask.at or date.min, reverse=True)
    if not masks:
        return {}
    newest = masks[0]
    known = {"mask": newest, **_brain_mask(jobs, newest)}
    alike = [mask for mask in masks if mask.value["types"] == newest.value["types"]]
    earlier = [mask for mask in alike if mask.at and newest.at and mask.at < newest.at]
    if not earlier:
        return known
    tracking = set(newest.value["tracking"])
    tracked = [mask for mask in earlier if tracking & set(mask.value["tracking"])]
    if tracked:
        return known | {"prior_mask": tracked[0]}
    prior = earlier[0]
    alone = all(sum(mask.at == day for mask in alike) == 1 for day in (newest.at, prior.at))
    return known | {"prior_mask": replace(prior, conflict=not alone)}


def _brain_mask(jobs: Sequence[AIJob], lesion: KnownFact) -> dict[str, KnownFact]:
    """The last approved one of the lesion's study in the same coordinates."""
    drawn_on = next(job.source_series for job in jobs if str(job.pk) == lesion.source.id)
    for job in jobs:
        series = job.series
        if series is None or series.study_id != drawn_on.study_id:
            continue
        if series.frame_of_reference_uid != drawn_on.frame_of_reference_uid:
            continue
        mask = _mask(job, brains_of)
        if mask is not None and series.frame_of_reference_uid:
            return {"brain_mask": mask}
    return {}


def lesions_of(segmentation: Segmentation) -> list[TrackedSegment]:
    """The segments that are measured as lesions: altered structures without oedema."""
    return [
        segment
        for segment in segmentation.tracked_segments
        if segment.category.value == ALTERED_STRUCTURE and segment.type.value != OEDEMA
    ]


def brains_of(segmentation: Segmentation) -> list[TrackedSegment]:
    """The segments that are the whole brain."""
    return [each for each in segmentation.tracked_segments if each.type.value == BRAIN]


def _mask(job: AIJob, chosen: Callable[[Segmentation], list[TrackedSegment]]) -> KnownFact | None:
    """The segments that are chosen of an approved mask."""
    publication = getattr(job, "publication", None)
    version = publication.version if publication else None
    if version is None or job.study is None:
        return None
    segments = chosen(version.segmentation)
    if not segments:
        return None
    value = {
        "segmentation": version.segmentation_id,
        "version": version.version,
        "sha256": version.sha256,
        "labels": [segment.number for segment in segments],
        "types": sorted(segment.type.value for segment in segments),
        "tracking": sorted(segment.tracking_uid for segment in segments if segment.tracking_uid),
    }
    label = ", ".join(segment.label for segment in segments)
    return KnownFact(value, FactOrigin("ai_job", str(job.pk), label), at=job.study.study_date)
