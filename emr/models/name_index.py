"""The index of names: each part of a name begins a row, so that finding one is reading a range."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from django.db import models

SUFFIX_LENGTH = 40


def folded(text: str) -> str:
    """The same for the same name, however it is written: case, accents, width, composition."""
    words = " ".join(text.split()).casefold()
    if words.isascii():
        return words
    parts = unicodedata.normalize("NFKD", words)
    plain = "".join(part for part in parts if unicodedata.category(part) != "Mn")
    return unicodedata.normalize("NFC", " ".join(plain.split()))


def suffixes(name: str) -> set[str]:
    """What the rows of a name hold: the name from each of its characters on, cut to a length."""
    text = folded(name)
    starts = (at for at, character in enumerate(text) if character != " ")
    return {text[at : at + SUFFIX_LENGTH].rstrip() for at in starts}


class NameSuffix(models.Model):
    """A patient's name from one of its characters on.

    When records are merged the names stay where they are: the former one finds the patient too.
    Deleted and rewritten with the name by ``Patient.save``.
    """

    pk = models.CompositePrimaryKey("suffix", "patient")
    suffix = models.CharField(max_length=SUFFIX_LENGTH, db_collation="utf8mb4_bin")
    patient = models.ForeignKey(
        "emr.Patient", on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )

    @staticmethod
    def index(names: Iterable[tuple[int, str]]) -> None:
        """Write what is missing for these patients; of one patient nothing else may be there."""
        rows = [
            NameSuffix(suffix=suffix, patient_id=pk)
            for pk, name in names
            for suffix in suffixes(name)
        ]
        NameSuffix.objects.bulk_create(rows, ignore_conflicts=True, batch_size=5_000)
