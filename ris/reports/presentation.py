"""What is in a report for those who do not write it, and how it differs from the one before."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from common.person import Person
from ris.models import Report, ReportVersion
from ris.reports import selectors
from ris.reports.content import said
from ris.reports.templating import former_of, label_of, template_of

BRIEF = ("impression", "recommendation")
"""The sections that a nurse reads."""
_EARLIER = {"ko": "이전 서식의 항목", "en": "of an earlier template"}
_WORD = re.compile(r"\s*\S+|\s+")
MOST_WORDS = 4_000
"""Of a longer text the whole is shown as replaced: comparing it takes too long."""


@dataclass(frozen=True, slots=True)
class PlainReport:
    """``sections``: [{key, label, text}], in the language of the report."""

    report: Report
    title: str
    impression: str
    recommendation: str
    sections: list[dict[str, str]]


def report_summary(user: Person, report_id: int) -> PlainReport:
    """Raises NotFound."""
    report = selectors.report_get(user, report_id)
    text = selectors.report_text(report)
    template = template_of(text)
    labelled = list(sections_labelled(template, text))
    if selectors.reads_summaries_only(user):
        labelled = [one for one in labelled if one["key"] in BRIEF]
    return PlainReport(
        report=report,
        title=template["name"][text.language],
        impression=text.sections.get("impression", ""),
        recommendation=text.sections.get("recommendation", ""),
        sections=labelled,
    )


def sections_labelled(template: dict[str, Any], text: ReportVersion) -> Iterator[dict[str, str]]:
    """Those with text, in the template's order; the fields of a section stand below its text.

    What an earlier version of the template had follows, and says so.
    """
    former = former_of(template, text)
    order = [one["key"] for one in template["sections"]]
    shown: dict[str, list[str]] = {key: [text.sections.get(key, "").strip()] for key in order}
    for one in template["fields"]:
        if one["key"] in text.fields:
            value = said(template, one["key"], text.fields[one["key"]], text.language)
            shown[one["section"]].append(f"{one['label'][text.language]}: {value}")
    for key, lines in shown.items():
        if joined := "\n".join(filter(None, lines)):
            label = label_of(template, "sections", key)[text.language]
            yield {"key": key, "label": label, "text": joined}
    earlier = _EARLIER[text.language]
    for section in former["sections"]:
        key, label = section["key"], f"{section['label'][text.language]} ({earlier})"
        yield {"key": key, "label": label, "text": text.sections[key].strip()}
    if former["fields"]:
        lines = [_former_line(one, text) for one in former["fields"]]
        yield {"key": "former_fields", "label": earlier, "text": "\n".join(lines)}


def _former_line(field: dict[str, Any], text: ReportVersion) -> str:
    value = said({"fields": [field]}, field["key"], text.fields[field["key"]], text.language)
    return f"{field['label'][text.language]}: {value}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """``sections``: [{key, label, diff: [{op, text}]}]; ``fields``: [{key, label, before, after}].

    ``op``: equal, delete (only in the prior) or insert (only in this report).
    """

    prior: Report | None
    sections: list[dict[str, Any]]
    fields: list[dict[str, Any]]


def report_comparison(user: Person, report_id: int, other_id: int | None = None) -> Comparison:
    """With another report of the patient, else with the prior one. Raises NotFound."""
    report = selectors.report_shown(user, report_id)
    if other_id is None:
        prior = selectors.study_prior(user, report.study, report.template)
    else:
        prior = selectors.report_of_patient(user, other_id, report.patient_id)
    if prior is None:
        return Comparison(None, [], [])
    now, before = selectors.report_text(report), selectors.report_text(prior)
    template, known = template_of(now), template_of(before)
    return Comparison(
        prior=prior,
        sections=[
            {
                "key": key,
                "label": label_of(template, "sections", key),
                "diff": words_diff(before.sections.get(key, ""), now.sections.get(key, "")),
            }
            for key in dict.fromkeys([*now.sections, *before.sections])
            if now.sections.get(key) or before.sections.get(key)
        ],
        fields=[
            {
                "key": key,
                "label": label_of(template if key in now.fields else known, "fields", key),
                "before": _shown(known, before, key, now.language),
                "after": _shown(template, now, key, now.language),
            }
            for key in dict.fromkeys([*now.fields, *before.fields])
        ],
    )


def _shown(template: dict[str, Any], text: ReportVersion, key: str, language: str) -> str | None:
    value = text.fields.get(key)
    return None if value is None else said(template, key, value, language)


def words_diff(before: str, after: str) -> list[dict[str, str]]:
    """By words: joined without ``insert`` it is ``before``, without ``delete`` it is ``after``."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    if max(len(old), len(new)) > MOST_WORDS:
        return [*_part("delete", old), *_part("insert", new)]
    found: list[dict[str, str]] = []
    for op, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if op == "equal":
            found += _part("equal", new[c:d])
        else:
            found += [*_part("delete", old[a:b]), *_part("insert", new[c:d])]
    return found


def _part(op: str, words: list[str]) -> list[dict[str, str]]:
    return [{"op": op, "text": "".join(words)}] if words else []
