"""RNA-seq counts: a matrix of genes by samples, checked as it streams and kept as a file."""

from __future__ import annotations

import csv
import gzip
import hashlib
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import transaction

from audit import services as audit
from common.errors import BusinessError, ErrorCode, InvalidInput, PermissionDenied
from common.person import Person
from lis import selectors
from lis.models import RnaMatrix
from rbac.permissions import Permission

MOST_GENES, MOST_SAMPLES, MOST_LINE = 200_000, 2_000, 1 << 20
MOST_UNPACKED = 1 << 30
_GZIP = b"\x1f\x8b"
_CHUNK = 1 << 20


def matrix_store(*, actor: Person, order_id: int, path: Path) -> RnaMatrix:
    """Check the file at ``path`` and keep it for a genetic order; the same file again is the same.

    Raises NotFound, PermissionDenied, BusinessError (not a genetic order), InvalidInput.
    """
    order = selectors.lab_order_get(actor, order_id)
    if not actor.has_permission(Permission.ENTER_LAB_RESULT):
        raise PermissionDenied(f"needs {Permission.ENTER_LAB_RESULT}")
    if order.job_type != "GENETIC":
        raise BusinessError(ErrorCode.INVALID_TRANSITION, "not a genetic order", "job_type")
    genes, samples = matrix_check(path)
    digest = _digest(path)
    _place(path, digest)
    with transaction.atomic():
        row, created = RnaMatrix.objects.get_or_create(
            order_id=order.pk,
            sha256=digest,
            defaults={"genes": genes, "samples": samples, "uploaded_by_id": actor.pk},
        )
        if created:
            _record(actor, order, row)
    return row


def _record(actor: Person, order: Any, row: RnaMatrix) -> None:
    audit.record(
        actor=actor,
        action="rna_seq.store",
        object_type="order",
        object_id=order.pk,
        patient_id=order.patient_id,
        permission=Permission.ENTER_LAB_RESULT,
        detail={"genes": row.genes, "samples": row.samples},
    )


def _refused(sentence: str) -> InvalidInput:
    return InvalidInput(ErrorCode.VALIDATION, sentence, "file")


def matrix_check(path: Path) -> tuple[int, int]:
    """How many genes and samples: a header of samples, then a gene and its whole counts a line."""
    try:
        with _opened(path) as stream:
            return _checked(_lines(stream))
    except (OSError, EOFError, zlib.error):
        raise _refused("not a whole gzip file") from None
    except (UnicodeDecodeError, csv.Error):
        raise _refused("not UTF-8 text with tabs or commas") from None


def _opened(path: Path) -> IO[bytes]:
    with path.open("rb") as stream:
        packed = stream.read(2) == _GZIP
    return gzip.open(path, "rb") if packed else path.open("rb")  # type: ignore[return-value]


def _lines(stream: IO[bytes]) -> Iterator[str]:
    total = 0
    while line := stream.readline(MOST_LINE + 1):
        total += len(line)
        if len(line) > MOST_LINE or total > MOST_UNPACKED:
            raise _refused("a line or the whole is too long")
        yield line.decode("utf-8-sig").rstrip("\r\n")


def _checked(lines: Iterator[str]) -> tuple[int, int]:
    header = next(lines, "")
    separator = "\t" if "\t" in header else ","
    samples = [name.strip() for name in header.split(separator)[1:]]
    if not samples or not all(samples) or len(set(samples)) != len(samples):
        raise _refused("the first line names each sample once")
    if len(samples) > MOST_SAMPLES:
        raise _refused(f"more than {MOST_SAMPLES} samples")
    genes: set[str] = set()
    for number, line in enumerate(lines, 2):
        if not line:
            continue
        gene, *counts = line.split(separator)
        if not gene.strip() or gene in genes:
            raise _refused(f"line {number}: a gene without a name, or twice")
        if len(counts) != len(samples) or not all(c.isascii() and c.isdigit() for c in counts):
            raise _refused(f"line {number}: a whole number of 0 or more for each sample")
        genes.add(gene)
        if len(genes) > MOST_GENES:
            raise _refused(f"more than {MOST_GENES} genes")
    if not genes:
        raise _refused("no gene")
    return len(genes), len(samples)


def _digest(path: Path) -> str:
    total = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            total.update(chunk)
    return total.hexdigest()


def _place(path: Path, digest: str) -> None:
    """Whole or not at all: moved within the data folder, under its digest."""
    target = settings.RNA_SEQ_DIR / digest[:2] / digest
    target.parent.mkdir(mode=0o700, exist_ok=True)
    path.chmod(0o600)
    path.replace(target)
