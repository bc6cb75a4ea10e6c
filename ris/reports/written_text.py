"""What a version of a report holds, and how a change makes the next one of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from common.errors import ErrorCode, InvalidInput, NotFound
from pacs.index.images import image_frames
from ris.models import ReportVersion
from ris.reports.content import fields_checked, first_texts, sections_checked
from ris.reports.offered_values import taken_over_joined
from ris.reports.templating import template_get

MOST_KEY_IMAGES = 20


@dataclass(frozen=True, slots=True)
class Text:
    """What a version holds."""

    template: str
    language: str
    sections: dict[str, str]
    fields: dict[str, Any]
    taken_over: list[dict[str, Any]]
    key_images: list[dict[str, Any]]


def text_of(version: ReportVersion) -> Text:
    return Text(**{name: getattr(version, name) for name in Text.__dataclass_fields__})


def retemplated(text: Text, template: str, language: str) -> Text:
    """The text under another template or in another language, whose first texts replace the old.

    Raises InvalidInput if written text has no section there.
    """
    if (template, language) == (text.template, text.language):
        return text
    was, known = template_get(text.template), template_get(template)
    begun = first_texts(was, text.language)
    written = {key: one for key, one in text.sections.items() if one and one != begun.get(key)}
    fields = {one["key"] for one in known["fields"]}
    kept = {key: value for key, value in text.fields.items() if key in fields}
    sections = first_texts(known, language) | sections_checked(known, written)
    return Text(
        template, language, sections, fields_checked(known, kept), text.taken_over, text.key_images
    )


def changed(
    study: Any,
    text: Text,
    sections: dict[str, Any] | None,
    fields: dict[str, Any] | None,
    added: list[dict[str, Any]],
    key_images: list[dict[str, Any]] | None,
) -> Text:
    template = template_get(text.template)
    said = text.sections | sections_checked(template, sections or {}, text.sections)
    chosen = text.fields | fields_checked(template, fields or {}, text.fields)
    return Text(
        template=text.template,
        language=text.language,
        sections=said,
        fields={key: value for key, value in chosen.items() if value is not None},
        taken_over=taken_over_joined(text.taken_over, added, said),
        key_images=_images_checked(study, text.key_images, key_images),
    )


def _images_checked(
    study: Any, kept: list[dict[str, Any]], images: list[dict[str, Any]] | None
) -> list[dict[str, Any]]:
    """Images of the study itself, each once; None: those kept. Raises InvalidInput, NotFound.

    One that was chosen before may have left the study since.
    """
    if images is None:
        return kept
    if len(images) > MOST_KEY_IMAGES:
        raise InvalidInput(ErrorCode.VALIDATION, f"at most {MOST_KEY_IMAGES}", "key_images")
    frames = image_frames(study, {one["sop_instance_uid"] for one in images})
    for one in images:
        if one not in kept and not 1 <= one["frame"] <= frames.get(one["sop_instance_uid"], 0):
            raise NotFound(ErrorCode.INSTANCE_NOT_FOUND, one["sop_instance_uid"], "key_images")
    return [dict(one) for one in {tuple(sorted(each.items())): each for each in images}.values()]
