from __future__ import annotations

from django.db import models


class Outcome(models.TextChoices):
    OK = "ok"
    DENIED = "denied"
    FAILED = "failed"


class CheckState(models.TextChoices):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class BreakKind(models.TextChoices):
    """What a verification found."""

    RECORD_CHANGED = "record_changed"
    RECORD_BACKDATED = "record_backdated"
    SEAL_MISSING = "seal_missing"
    KEY_UNKNOWN = "key_unknown"
    TABLES_BEHIND = "tables_behind"
    HEAD_CONTRADICTED = "head_contradicted"
    HEAD_FORGED = "head_forged"
    HEAD_MISSING = "head_missing"
    SHOWN_CHANGED = "shown_changed"
    COPY_MISSING = "copy_missing"
    COPY_DIFFERS = "copy_differs"
    CURSOR_AHEAD = "cursor_ahead"
    CURSOR_BACK = "cursor_back"


SENTENCES = {
    BreakKind.RECORD_CHANGED: "record {place} or its seal was changed",
    BreakKind.RECORD_BACKDATED: "record {place} is not from the time that it names",
    BreakKind.SEAL_MISSING: "seal {place} is missing",
    BreakKind.KEY_UNKNOWN: "seal {place} names a key that nobody has",
    BreakKind.TABLES_BEHIND: "the tables hold less than signed head {place} counted",
    BreakKind.HEAD_CONTRADICTED: "seal {place} is not the one that was signed",
    BreakKind.HEAD_FORGED: "signed head {place} was changed",
    BreakKind.HEAD_MISSING: "signed head {place} is missing outside the database",
    BreakKind.SHOWN_CHANGED: "the index does not name the patients whom record {place} showed",
    BreakKind.COPY_MISSING: "signed head {place} is missing in the object store",
    BreakKind.COPY_DIFFERS: "signed head {place} is another one in the object store",
    BreakKind.CURSOR_AHEAD: "the cursor {place} is ahead of every stored entry",
    BreakKind.CURSOR_BACK: "the cursor {place} was moved back",
}
