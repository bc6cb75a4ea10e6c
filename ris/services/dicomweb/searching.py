"""QIDO-RS from our own index: nobody learns of a study they may not see, not even by a count."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from ris.models import Instance, Series, Study
from ris.selectors import qido
from ris.selectors.qido import Level
from ris.selectors.studies import Target, instance_counts, patient_totals, study_summaries
from ris.services.dicomweb import attributes
from ris.services.dicomweb.attributes import Attributes
from ris.services.dicomweb.query import Parameters, Search, search_parse

Row = Study | Series | Instance
MAX_RESULTS = 1000
MAX_COUNTED = 10_000
_NO_FUZZY = "The fuzzymatching parameter is not supported. Only literal matching has been performed"


@dataclass(frozen=True, slots=True)
class Answer:
    """``body`` is a DICOM JSON array; ``warnings`` are texts for Warning headers."""

    body: str
    results: int
    search: Search
    warnings: tuple[str, ...]


def search(user: Any, level: Level, parameters: Parameters, within: Target | None = None) -> Answer:
    """Search (PS3.18 10.6) among what ``view_study`` reaches, or ``within`` a target decided for.

    At most MAX_RESULTS are returned; what is cut off is told. Raises InvalidInput (400).
    """
    asked = search_parse(parameters, qido.KEYS[level])
    visible = Study.objects.visible_to(user)
    matches = qido.matching(
        level, visible, asked.keys, within=within, fuzzymatching=asked.fuzzymatching
    )
    limit = MAX_RESULTS if asked.limit is None else min(asked.limit, MAX_RESULTS)
    page = qido.page(level, matches, asked.offset, limit)
    rows = _described(page, level, asked, within, visible)
    warnings = _warnings(asked)
    if len(page) == MAX_RESULTS and asked.limit != MAX_RESULTS:
        begin = asked.offset + MAX_RESULTS
        remaining = matches[begin : begin + MAX_COUNTED + 1].count()
        if remaining:
            number = remaining if remaining <= MAX_COUNTED else f"more than {MAX_COUNTED}"
            warnings.append(f"There are {number} additional results that can be requested")
    return Answer(json.dumps(rows, ensure_ascii=False), len(rows), asked, tuple(warnings))


def _warnings(asked: Search) -> list[str]:
    warnings = []
    if asked.fuzzymatching and asked.keys.get(qido.REFERRING_PHYSICIAN_NAME):
        warnings.append(_NO_FUZZY)
    if asked.ignored:
        warnings.append(f"These parameters are not supported: {', '.join(asked.ignored)}")
    return warnings


def _described(
    page: Sequence[Row],
    level: Level,
    asked: Search,
    within: Target | None,
    visible: QuerySet[Study],
) -> list[Attributes]:
    """The attributes of each row's own level, those of the levels above that the address left
    open, and of the rest what was asked for."""
    wanted = frozenset({*asked.includefield, *(tag[:8] for tag in asked.keys)})
    all_of_study = level is Level.STUDY or within is None
    all_of_series = level is Level.SERIES or within is None or within.series is None
    parents = [_parents(row) for row in page]
    studies: dict[int, Attributes] = {}
    series: dict[int, Attributes] = {}
    if all_of_study or wanted:
        studies = _studies({study for study, _ in parents}, wanted, visible)
    if all_of_series or wanted:
        series = _series({of for _, of in parents if of is not None})
    rows = []
    for row, (study, of) in zip(page, parents, strict=True):
        told = _chosen(studies.get(study.pk, {}), wanted, everything=all_of_study)
        if of is not None:
            told |= _chosen(series.get(of.pk, {}), wanted, everything=all_of_series)
        if isinstance(row, Instance):
            told |= attributes.instance_attributes(row)
        rows.append(dict(sorted(told.items())))
    return rows


def _parents(row: Row) -> tuple[Study, Series | None]:
    if isinstance(row, Study):
        return row, None
    series = row if isinstance(row, Series) else row.series
    return series.study, series


def _chosen(told: Attributes, wanted: frozenset[str], *, everything: bool) -> Attributes:
    return {tag: element for tag, element in told.items() if everything or tag in wanted}


def _studies(
    studies: Collection[Study], wanted: frozenset[str], visible: QuerySet[Study]
) -> dict[int, Attributes]:
    summaries = study_summaries(studies)
    found = {s.study.pk: attributes.study_attributes(s) for s in summaries}
    if wanted & {"all", *attributes.PATIENT_COUNTS}:
        totals = patient_totals(visible, [s.study for s in summaries])
        for pk, numbers in totals.items():
            found[pk] |= attributes.patient_counts(*numbers)
    return found


def _series(series: Collection[Series]) -> dict[int, Attributes]:
    counts = instance_counts(series)
    return {s.pk: attributes.series_attributes(s, counts.get(s.pk, 0)) for s in series}
