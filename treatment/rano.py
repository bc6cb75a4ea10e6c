"""Response of a high-grade glioma by RANO 2010 (Wen et al., J Clin Oncol 2010;28:1963-1972).

Pure: measurements in, judgements out. Diameters in mm, products and sums in mm².
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from treatment.choices import ClinicalChange, FlairChange, Reason, Response

MEASURABLE_MM = 10
MOST_TARGETS = 5
CONFIRMED_AFTER = timedelta(weeks=4)
PSEUDOPROGRESSION = timedelta(weeks=12)
LONGEST_RADIOTHERAPY = timedelta(weeks=8)
"""After it a radiotherapy whose end nobody recorded is taken to have ended."""
PARTIAL, PROGRESSION = 0.5, 1.25
GREW_MM = 5
"""By how much a lesion that was too small to measure grows, at the least, to be progression."""


@dataclass(frozen=True, slots=True)
class Lesion:
    label: str
    longest_mm: float
    perpendicular_mm: float

    @property
    def product(self) -> float:
        return self.longest_mm * self.perpendicular_mm

    @property
    def measurable(self) -> bool:
        return min(self.longest_mm, self.perpendicular_mm) >= MEASURABLE_MM


@dataclass(frozen=True, slots=True)
class Measured:
    """One study. None: not known."""

    on: date
    lesions: Sequence[Lesion]
    baseline: bool = False
    flair: str | None = None
    new_lesion: bool | None = None
    outside_field: bool | None = None
    steroid_mg: float | None = None
    clinical: str | None = None

    @property
    def by_label(self) -> Mapping[str, Lesion]:
        return {lesion.label: lesion for lesion in self.lesions}


@dataclass(frozen=True, slots=True)
class Radiotherapy:
    """``ended_on`` None: it still goes on, or nobody recorded its end."""

    started_on: date
    ended_on: date | None

    def too_early(self, on: date) -> bool:
        """Whether a change on this day may be pseudoprogression."""
        if on < self.started_on:
            return False
        ended_on = self.ended_on or self.started_on + LONGEST_RADIOTHERAPY
        return on < ended_on + PSEUDOPROGRESSION


@dataclass(frozen=True, slots=True)
class Judgement:
    """``unconfirmed``: the CR or PR that still counts as SD. ``lesions``: those not measured."""

    response: Response
    reasons: tuple[Reason, ...]
    unconfirmed: Response | None = None
    confirmed_on: date | None = None
    pseudoprogression: bool = False
    sum_mm2: float | None = None
    baseline_mm2: float | None = None
    smallest_mm2: float | None = None
    lesions: tuple[str, ...] = ()

    def because(self, reason: Reason) -> Judgement:
        return replace(self, reasons=(*self.reasons, reason))

    @property
    def baseline_change_percent(self) -> float | None:
        return _percent(self.sum_mm2, self.baseline_mm2)

    @property
    def smallest_change_percent(self) -> float | None:
        return _percent(self.sum_mm2, self.smallest_mm2)


def _percent(now: float | None, before: float | None) -> float | None:
    return round(100 * (now / before - 1), 1) if now is not None and before else None


@dataclass(slots=True)
class _Series:
    """A baseline and what is compared with it; ``smallest`` with the steroid dose of its study.

    ``others``: the smallest product of each measurable lesion that is no target.
    """

    baseline: Measured
    smallest_mm2: float
    smallest_steroid: float | None
    targets: tuple[Lesion, ...]
    others: dict[str, float]

    @classmethod
    def begun(cls, study: Measured) -> _Series:
        measurable = sorted(
            (lesion for lesion in study.lesions if lesion.measurable), key=lambda one: -one.product
        )
        targets = tuple(measurable[:MOST_TARGETS])
        others = {one.label: one.product for one in measurable[MOST_TARGETS:]}
        return cls(study, sum(one.product for one in targets), study.steroid_mg, targets, others)

    @property
    def baseline_mm2(self) -> float:
        return sum(lesion.product for lesion in self.targets)

    def sum_of(self, study: Measured) -> float | None:
        """Sum of the products of the target lesions; None if one of them was not measured."""
        found = [study.by_label.get(target.label) for target in self.targets]
        known = [lesion.product for lesion in found if lesion]
        return sum(known) if len(known) == len(found) else None

    def follow(self, study: Measured, total: float | None) -> None:
        if total is not None and total < self.smallest_mm2:
            self.smallest_mm2, self.smallest_steroid = total, study.steroid_mg
        for lesion in study.lesions:
            if lesion.label in self.others:
                self.others[lesion.label] = min(self.others[lesion.label], lesion.product)


def judge(studies: Sequence[Measured], radiotherapy: Sequence[Radiotherapy]) -> list[Judgement]:
    """One judgement for each study; ``studies`` in the order of their dates."""
    provisional = list(_provisional(studies, radiotherapy))
    return [_confirmed(studies, provisional, index) for index in range(len(studies))]


def _provisional(
    studies: Sequence[Measured], radiotherapy: Sequence[Radiotherapy]
) -> Iterator[Judgement]:
    series: _Series | None = None
    for study in studies:
        if study.baseline:
            series = _Series.begun(study)
            yield _of_baseline(series)
        elif series is None:
            yield Judgement(Response.NE, (Reason.NO_BASELINE,))
        else:
            total = series.sum_of(study)
            early = any(course.too_early(study.on) for course in radiotherapy)
            judged = _judged(series, study, total, early=early)
            yield replace(
                judged,
                sum_mm2=total,
                baseline_mm2=series.baseline_mm2,
                smallest_mm2=series.smallest_mm2,
            )
            series.follow(study, total)


def _of_baseline(series: _Series) -> Judgement:
    reasons = () if series.targets else (Reason.NO_MEASURABLE_LESION,)
    return Judgement(Response.BASELINE, reasons, sum_mm2=series.baseline_mm2)


def _judged(series: _Series, study: Measured, total: float | None, *, early: bool) -> Judgement:
    signs = tuple(_certain_signs(series, study))
    growth = tuple(_growth(series, study, total))
    reference = series.smallest_steroid
    dose_known = study.steroid_mg is not None and reference is not None
    if growth and dose_known and study.steroid_mg >= reference:  # type: ignore[operator]
        signs += growth
        growth = ()
    if signs:
        return _progressed(study, signs, early=early)
    if growth:
        doubt = Reason.STEROID_REDUCED if dose_known else Reason.STEROID_UNKNOWN
        return Judgement(Response.NE, (*growth, doubt))
    unknown = tuple(_unknown(series, study, total))
    if unknown:
        return Judgement(Response.NE, unknown, lesions=tuple(_unmeasured(series, study)))
    return _without_progression(series, study, total or 0)


def _certain_signs(series: _Series, study: Measured) -> Iterator[Reason]:
    """Of progression, whatever the dose of steroids."""
    known = series.baseline.by_label
    appeared = any(one.label not in known and one.product > 0 for one in study.lesions)
    if study.new_lesion or appeared:
        yield Reason.NEW_LESION
    if study.clinical == ClinicalChange.WORSE:
        yield Reason.CLINICAL_WORSE
    if any(_nontarget_grew(series, lesion) for lesion in study.lesions):
        yield Reason.NONMEASURABLE_GREW


def _nontarget_grew(series: _Series, lesion: Lesion) -> bool:
    """Whether a lesion outside the sum is measurable now and has clearly grown."""
    if not lesion.measurable:
        return False
    if lesion.label in series.others:
        return lesion.product >= PROGRESSION * series.others[lesion.label]
    before = series.baseline.by_label.get(lesion.label)
    if before is None or before.measurable:
        return False
    return lesion.longest_mm - before.longest_mm >= GREW_MM


def _growth(series: _Series, study: Measured, total: float | None) -> Iterator[Reason]:
    """Signs of progression on a stable or increasing dose of steroids only."""
    smallest = series.smallest_mm2
    if series.targets and total is not None and total > 0 and total >= PROGRESSION * smallest:
        yield Reason.SUM_INCREASED
    if study.flair == FlairChange.INCREASED:
        yield Reason.FLAIR_INCREASED


def _progressed(study: Measured, signs: tuple[Reason, ...], *, early: bool) -> Judgement:
    """In the 12 weeks after radiotherapy only what is new outside its field is progression."""
    if not early:
        return Judgement(Response.PD, signs)
    if Reason.NEW_LESION in signs and study.outside_field:
        return Judgement(Response.PD, (Reason.NEW_LESION_OUTSIDE_FIELD,))
    reasons = (*signs, Reason.WITHIN_12_WEEKS)
    if Reason.NEW_LESION in signs and study.outside_field is None:
        reasons += (Reason.NEW_LESION_PLACE_UNKNOWN,)
        return Judgement(Response.NE, reasons, pseudoprogression=True)
    return Judgement(Response.SD, reasons, pseudoprogression=True)


def _unmeasured(series: _Series, study: Measured) -> list[str]:
    return [one.label for one in series.baseline.lesions if one.label not in study.by_label]


def _unknown(series: _Series, study: Measured, total: float | None) -> Iterator[Reason]:
    if total is None or _unmeasured(series, study):
        yield Reason.LESION_NOT_MEASURED
    if study.new_lesion is None:
        yield Reason.NEW_LESION_UNKNOWN
    if study.flair is None:
        yield Reason.FLAIR_UNKNOWN
    if study.steroid_mg is None:
        yield Reason.STEROID_UNKNOWN
    elif series.baseline.steroid_mg is None:
        yield Reason.BASELINE_STEROID_UNKNOWN
    if study.clinical is None:
        yield Reason.CLINICAL_UNKNOWN


def _without_progression(series: _Series, study: Measured, total: float) -> Judgement:
    """CR, PR or SD; all that they need is known."""
    if not series.targets:
        return Judgement(Response.SD, (Reason.NO_MEASURABLE_LESION,))
    gone = all(lesion.product == 0 for lesion in study.lesions)
    if gone and study.steroid_mg == 0:
        return Judgement(Response.CR, (Reason.ALL_GONE,))
    more_steroid = (study.steroid_mg or 0) > (series.baseline.steroid_mg or 0)
    if total <= PARTIAL * series.baseline_mm2:
        if more_steroid:
            return Judgement(Response.SD, (Reason.SUM_HALVED, Reason.STEROID_INCREASED))
        return Judgement(Response.PR, (Reason.SUM_HALVED,))
    reasons = (Reason.NEITHER, Reason.STEROID_INCREASED) if more_steroid else (Reason.NEITHER,)
    return Judgement(Response.SD, reasons)


_AS_GOOD = {Response.CR: {Response.CR}, Response.PR: {Response.CR, Response.PR}}


def _confirmed(
    studies: Sequence[Measured], provisional: Sequence[Judgement], index: int
) -> Judgement:
    """A CR or PR counts when another study, four weeks apart, shows it too; until then it is SD.

    What could not be evaluated in between does not break it; any other response does.
    """
    judged = provisional[index]
    as_good = _AS_GOOD.get(judged.response)
    if as_good is None:
        return judged
    for step in (1, -1):
        other = index + step
        while 0 <= other < len(studies):
            if provisional[other].response in as_good:
                if abs(studies[other].on - studies[index].on) >= CONFIRMED_AFTER:
                    day = max(studies[other].on, studies[index].on)
                    reasons = (*judged.reasons, Reason.CONFIRMED)
                    return replace(judged, confirmed_on=day, reasons=reasons)
            elif provisional[other].response != Response.NE:
                break
            other += step
    reasons = (*judged.reasons, Reason.UNCONFIRMED)
    return replace(judged, response=Response.SD, unconfirmed=judged.response, reasons=reasons)
