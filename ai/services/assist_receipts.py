"""What an assist model answered, signed for the person who drew: the save of its mask names it.

Nothing is stored when a prompt is answered. Whoever saves hands the receipts in, so that the
version says which model helped with which segment, and nobody can say so of one that did not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core import signing

from ai.manifest import ModelManifest
from ai.selectors.lineage import AssistUse
from common.errors import ErrorCode, InvalidInput
from common.person import Person

SALT = "ai.assist"
KINDS = {"boxes": "box", "points": "click", "scribbles": "stroke"}


def receipt_write(
    *,
    actor: Person,
    series_instance_uid: str,
    manifest: ModelManifest,
    files: Mapping[str, str],
    prompt: Mapping[str, Any],
) -> str:
    """Of one answer: the model, and by segment the kinds of what was drawn."""
    drawn: dict[str, list[str]] = {}
    for name, kind in KINDS.items():
        for part in prompt.get(name, []):
            kinds = drawn.setdefault(str(part["segment"]), [])
            if kind not in kinds:
                kinds.append(kind)
    told = {
        "actor": actor.pk,
        "series": series_instance_uid,
        "model": manifest.id,
        "version": manifest.version,
        "name": manifest.algorithm_name or manifest.name,
        "files": dict(files),
        "drawn": drawn,
    }
    return signing.dumps(told, salt=SALT, compress=True)


def receipts_read(
    *, actor: Person, series_instance_uid: str, receipts: Sequence[str], labels: Iterable[int]
) -> dict[int, list[AssistUse]]:
    """The models that helped, by segment; each once, with all kinds of prompts.

    Raises InvalidInput: not ours, of another person, series or segment.
    """
    known = set(labels)
    found: dict[int, dict[tuple[str, str], AssistUse]] = {}
    for receipt in receipts:
        told = _read(receipt)
        if (told["actor"], told["series"]) != (actor.pk, series_instance_uid):
            raise _refused("it is of another person or another series")
        for segment, kinds in told["drawn"].items():
            if int(segment) not in known:
                raise _refused("it is of a segment that the mask does not have")
            use = {name: told[name] for name in ("model", "version", "name", "files")}
            of_segment = found.setdefault(int(segment), {})
            kept = of_segment.setdefault((told["model"], told["version"]), use | {"prompts": []})
            kept["prompts"] = [k for k in KINDS.values() if k in {*kept["prompts"], *kinds}]
    return {segment: list(uses.values()) for segment, uses in found.items()}


def _read(receipt: str) -> dict[str, Any]:
    try:
        told: dict[str, Any] = signing.loads(receipt, salt=SALT)
    except signing.BadSignature:
        raise _refused("it is not one of this server") from None
    return told


def _refused(why: str) -> InvalidInput:
    return InvalidInput(ErrorCode.VALIDATION, f"a receipt of the lesion tool: {why}", "assisted")
