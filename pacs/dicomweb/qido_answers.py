"""QIDO-RS responses from the index. Results and counts include only studies the user may see."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from common.person import Person
from pacs.dicomweb import attributes, qido
from pacs.dicomweb.attributes import Attributes
from pacs.dicomweb.qido import Level
from pacs.dicomweb.query import Parameters, SearchQuery, search_parse
from pacs.index.studies import Target, instance_counts, patient_totals, study_summaries
from pacs.models import Instance, Series, Study

Row = Study | Series | Instance
MAX_RESULTS = 1000
MAX_RESULTS_WITHIN = 10_000
MAX_COUNTED = 10_000
_NO_FUZZY = "The fuzzymatching parameter is not supported. Only literal matching has been performed"


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """``body``: a DICOM JSON array; ``warnings``: texts of the Warning header.

    ``studies``: of the results, whatever their level.
    """

    body: str
    studies: Collection[Study]
    results: int
    search: SearchQuery
    warnings: tuple[str, ...]


def search(
    user: Person, level: Level, parameters: Parameters, within: Target | None = None
) -> SearchAnswer:
    """Search (PS3.18 10.6) in the studies that the user may see, or ``within`` an allowed target.

    Returns at most MAX_RESULTS results (MAX_RESULTS_WITHIN inside a study); a warning states how
    many more there are. Raises InvalidInput (400).
    """
    asked = search_parse(parameters, qido.KEYS[level])
    visible = Study.objects.visible_to(user)
    matches = qido.matching(
        level, visible, asked.keys, within=within, fuzzymatching=asked.fuzzymatching
    )
    most = MAX_RESULTS if within is None else MAX_RESULTS_WITHIN
    limit = most if asked.limit is None else min(asked.limit, most)
    page = qido.page(level, matches, asked.offset, limit)
    wanted = frozenset({*asked.includefield, *asked.keys})
    rows = _described(page, wanted, visible)
    warnings = _warnings(asked)
    if len(page) == most and asked.limit != most:
        begin = asked.offset + most
        remaining = matches[begin : begin + MAX_COUNTED + 1].count()
        if remaining:
            number = remaining if remaining <= MAX_COUNTED else f"more than {MAX_COUNTED}"
            warnings.append(f"There are {number} additional results that can be requested")
    body, studies = json.dumps(rows, ensure_ascii=False), {_parents(row)[0] for row in page}
    return SearchAnswer(body, studies, len(rows), asked, tuple(warnings))


def _warnings(asked: SearchQuery) -> list[str]:
    warnings = []
    if asked.fuzzymatching and asked.keys.get(qido.REFERRING_PHYSICIAN_NAME):
        warnings.append(_NO_FUZZY)
    if asked.ignored:
        warnings.append(f"These parameters are not supported: {', '.join(asked.ignored)}")
    return warnings


def _described(
    page: Sequence[Row], wanted: frozenset[str], visible: QuerySet[Study]
) -> list[Attributes]:
    """The attributes of each row and of the levels above it, as Orthanc returns them."""
    parents = [_parents(row) for row in page]
    studies = _studies({study for study, _ in parents}, wanted, visible)
    series = _series({of for _, of in parents if of is not None})
    rows = []
    for row, (study, of) in zip(page, parents, strict=True):
        answers = studies[study.pk] | (series[of.pk] if of is not None else {})
        if isinstance(row, Instance):
            answers |= attributes.instance_attributes(row)
        rows.append(dict(sorted(answers.items())))
    return rows


def _parents(row: Row) -> tuple[Study, Series | None]:
    if isinstance(row, Study):
        return row, None
    series = row if isinstance(row, Series) else row.series
    return series.study, series


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
