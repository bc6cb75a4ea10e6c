"""Who is told of which workitems (PS3.18 11.10 to 11.12, PS3.4 table CC.2.3-2).

Workitems are kept for ever, so that every Deletion Lock is granted. A subscription is that of one
person's application: nobody is told of what they may not see.
"""

from __future__ import annotations

import re
from typing import Any

from django.db import transaction
from django.db.models import Max, QuerySet

from ai.models import AIJob, WorklistSubscription
from ai.ups.workitems import workitem_get
from ai.ups.worklist_search import KEYS, STATE, matching
from audit import services as audit
from common.errors import ErrorCode, InvalidInput, NotFound
from common.person import Person
from pacs.dicomweb.query import Parameters, search_parse
from rbac.permissions import Permission

GLOBAL = "1.2.840.10008.5.1.4.34.5"
FILTERED = "1.2.840.10008.5.1.4.34.5.1"
_AE_TITLE = re.compile(r"[ !-\[\]-~]{1,16}")


def of_application(user: Person, aetitle: str) -> QuerySet[WorklistSubscription]:
    return WorklistSubscription.objects.filter(user_id=user.pk, aetitle=aetitle.strip())


def subscribe(*, actor: Person, target: str, aetitle: str, parameters: Parameters) -> None:
    """To one workitem, to all, or to all that the filter matches; in place of the one of before.

    Raises InvalidInput (AE title, lock, filter), NotFound (a workitem that is not seen).
    """
    title, lock = _title(aetitle), _lock(parameters)
    job = None if target in (GLOBAL, FILTERED) else workitem_get(actor, target)
    keys = _filter(parameters) if target == FILTERED else {}
    with transaction.atomic():
        of_application(actor, title).filter(job=job).delete()
        WorklistSubscription.objects.create(
            user_id=actor.pk, aetitle=title, job=job, keys=keys, deletion_lock=lock
        )
        _record(actor, "subscribe", title, job)


def unsubscribe(*, actor: Person, target: str, aetitle: str) -> None:
    """From one workitem, though all are subscribed to; or from all, single ones too.

    Raises NotFound.
    """
    title = _title(aetitle)
    with transaction.atomic():
        mine = of_application(actor, title)
        if target in (GLOBAL, FILTERED):
            mine.delete()
            _record(actor, "unsubscribe", title, None)
            return
        job = workitem_get(actor, target)
        mine.filter(job=job).delete()
        if mine.filter(job=None).exists():
            WorklistSubscription.objects.create(
                user_id=actor.pk, aetitle=title, job=job, wanted=False
            )
        _record(actor, "unsubscribe", title, job)


def suspend(*, actor: Person, target: str, aetitle: str) -> None:
    """No workitems that come later. Raises NotFound without a subscription to all."""
    title = _title(aetitle)
    if target not in (GLOBAL, FILTERED):
        raise InvalidInput(ErrorCode.VALIDATION, "the worklist, not one workitem", "workitem")
    to_all = of_application(actor, title).filter(job=None)
    with transaction.atomic():
        if not to_all.exists():
            raise NotFound(ErrorCode.AI_JOB_NOT_FOUND, "no subscription to all", "aetitle")
        newest = AIJob.objects.aggregate(newest=Max("pk"))["newest"]
        to_all.filter(last_job=None).update(last_job=newest or 0)
        _record(actor, "suspend", title, None)


def _record(actor: Person, verb: str, aetitle: str, job: AIJob | None) -> None:
    audit.record(
        actor=actor,
        action=f"ai_workitem.{verb}",
        object_type="ai_job" if job else "",
        object_id=job.pk if job else "",
        patient_id=job.patient_id if job else None,
        permission=Permission.REQUEST_AI,
        detail={"aetitle": aetitle},
    )


def _title(aetitle: str) -> str:
    """Raises InvalidInput for what is no AE title."""
    if not _AE_TITLE.fullmatch(aetitle) or not aetitle.strip():
        raise InvalidInput(ErrorCode.VALIDATION, "not an AE title", "aetitle")
    return aetitle.strip()


def _lock(parameters: Parameters) -> bool:
    text = (parameters.get("deletionlock") or ["false"])[-1]
    if text not in ("true", "false"):
        raise InvalidInput(ErrorCode.VALIDATION, "must be true or false", "deletionlock")
    return text == "true"


def _filter(parameters: Parameters) -> dict[str, str]:
    """Of ``filter=PatientID=4711,…``, and of keys that stand alone (PS3.18 of before 2019)."""
    pairs: dict[str, list[Any]] = {
        name: [*values]
        for name, values in parameters.items()
        if name not in ("deletionlock", "filter")
    }
    for text in parameters.get("filter", ()):
        for pair in text.split(","):
            name, _, value = pair.partition("=")
            pairs.setdefault(name, []).append(value)
    asked = search_parse(pairs, KEYS)
    if not asked.keys or asked.ignored or STATE in asked.keys:
        detail = "attributes that can be matched; not the state, which changes"
        raise InvalidInput(ErrorCode.VALIDATION, detail, "filter")
    matching(AIJob.objects.none(), asked.keys)
    return asked.keys
