from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from django.db.models import QuerySet

from acct import selectors as accounts
from alert.choices import PARTS, TEXTS, Part
from alert.models import Notification
from common.person import Person

About = dict[str, Any]
Describer = Callable[[Person, set[Any]], Mapping[Any, About]]
_describers: dict[str, Describer] = {}


def notifications_of(user_id: int) -> QuerySet[Notification]:
    """One person's notifications, newest first; nobody reads another's."""
    return Notification.objects.filter(user_id=user_id)


def notification_get(user_id: int, notification_id: int) -> Notification | None:
    return notifications_of(user_id).filter(pk=notification_id).first()


def unread_count(user_id: int) -> int:
    return notifications_of(user_id).filter(read_at__isnull=True).count()


def has_unread(user_id: int, kind: str) -> bool:
    return notifications_of(user_id).filter(read_at__isnull=True, kind=kind).exists()


def describes(param: str) -> Callable[[Describer], Describer]:
    """Register who names what the ids of ``param`` stand for, as far as a person may see it.

    Names are looked up whenever an alert is read, and never stored with it: whoever may no longer
    see the patient reads the sentence alone.
    """

    def register(describer: Describer) -> Describer:
        _describers[param] = describer
        return describer

    return register


@describes("by")
def _actors(user: Person, ids: set[Any]) -> Mapping[Any, About]:
    people = accounts.users_list().in_bulk(list(ids))
    return {pk: {"people": [person(Part.BY, one)]} for pk, one in people.items()}


@describes("account")
def _accounts(user: Person, ids: set[Any]) -> Mapping[Any, About]:
    people = accounts.users_list().in_bulk(list(ids))
    return {pk: {"people": [person(Part.ACCOUNT, one)]} for pk, one in people.items()}


def person(part: Part, user: Any) -> About:
    return {"part": part, "full_name": user.full_name or user.username}


def described(user: Person, notifications: Iterable[Notification]) -> list[Notification]:
    """The same, each with ``about``; one look-up for each kind of id among all of them."""
    page = list(notifications)
    ids: dict[str, set[Any]] = defaultdict(set)
    for notification in page:
        for param in _describers.keys() & notification.params.keys():
            ids[param].add(notification.params[param])
    found = {param: _describers[param](user, wanted) for param, wanted in ids.items()}
    for notification in page:
        notification.about = _about(notification.params, found)
    return page


def _about(params: Mapping[str, Any], found: Mapping[str, Mapping[Any, About]]) -> About:
    about: About = {"patient": None, "study": None, "order": None, "model": None, "people": []}
    for param in sorted(found, key="by".__eq__):
        part = found[param].get(params.get(param), {})
        about["people"] = about["people"] + part.get("people", [])
        about |= {key: value for key, value in part.items() if key != "people"}
    return about


def notification_text(notification: Notification, language: str) -> str:
    """The sentence of its kind, Korean or English, and what it is about."""
    lang = "ko" if language.startswith("ko") else "en"
    about = notification.about
    patient, study, order, model = (about[key] for key in ("patient", "study", "order", "model"))
    details = [
        f"{patient['full_name']} ({patient['patient_id']})" if patient else "",
        order["examination"][lang] if order else "",
        *(_study_details(study, lang) if study else ()),
        order["accession_number"] if order and not study else "",
        model["name"][lang] if model else "",
        *(PARTS[one["part"]][lang].format(name=one["full_name"]) for one in about["people"]),
    ]
    return f"{TEXTS[notification.kind][lang]} {' · '.join(filter(None, details))}".rstrip()


def _study_details(study: About, language: str) -> tuple[str, str, str]:
    return study["description"], _day(study["study_date"], language), study["accession_number"]


def _day(day: date | None, language: str) -> str:
    if day is None:
        return ""
    return day.isoformat() if language == "ko" else f"{day:%b} {day.day}, {day.year}"
