"""Transcodes the images of studies to HTJ2K. After a crash it continues where it stopped."""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from queue import SimpleQueue

from django.conf import settings
from django.db import connection
from django.utils import timezone
from redis.exceptions import RedisError

from common.errors import ExternalError
from common.once import once
from pacs.archive.orthanc import orthanc
from pacs.choices import Htj2k, Htj2kRefusal
from pacs.derived import decisions, frame_store, metadata_files, opened_studies
from pacs.htj2k.codec import syntax_refusal
from pacs.htj2k.decoder import Decoder
from pacs.htj2k.pixel_data import Refused
from pacs.models import Instance, Series

logger = logging.getLogger(__name__)

MAX_FILE_BYTES = 1 << 30
BATCH_BYTES = 1 << 21
BATCH_FILES = 256
"""Limits of a batch that is read, transcoded and written together."""
BATCH_S = 2.0
"""Interval in which results are flushed to disk, recorded and made available to viewers."""
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class _Work:
    """An instance that waits for transcoding."""

    pk: int
    orthanc_id: str
    frames: int
    rows: int | None
    transfer_syntax_uid: str
    file_size: int

    def refusal(self) -> str | None:
        """The reason for a refusal that is known without reading the file."""
        if not self.rows:
            return Htj2kRefusal.NOT_AN_IMAGE
        if self.file_size > MAX_FILE_BYTES:
            return Htj2kRefusal.TOO_LARGE
        return syntax_refusal(self.transfer_syntax_uid)


@dataclass(frozen=True, slots=True)
class _Outcome:
    """The result: stored, refused (``refusal``), or still waiting after an ``error``."""

    work: _Work
    refusal: str | None = None
    error: ExternalError | frame_store.StoreFull | None = None


def study_transcode(study_id: int, progress: Progress | None = None) -> None:
    """Transcode the waiting instances of a study; studies open in a viewer come first.

    Stops while the disk is too full; the rest stays waiting. If the archive fails for an instance,
    the others are transcoded, and the ExternalError is raised at the end. Errors of the opened
    studies are logged only: they have tasks of their own.
    """
    error: ExternalError | None = None
    for series in _waiting(study_id):
        for opened_id in opened_studies.opened_waiting():
            if opened_id != study_id:
                _opened_transcode(opened_id)
        error = series_transcode(series, progress) or error
    metadata_files.study_write(study_id)
    if error:
        raise error


def _opened_transcode(study_id: int) -> None:
    errors = [series_transcode(series) for series in _waiting(study_id)]
    try:
        metadata_files.study_write(study_id)
    except ExternalError as error:
        errors.append(error)
    for failure in filter(None, errors):
        logger.warning(
            "an opened study is not transcoded completely",
            extra={"study": study_id, "reason": failure.detail},
        )


def _waiting(study_id: int) -> list[Series]:
    waiting = Series.objects.filter(study_id=study_id, instances__htj2k=Htj2k.WAITING)
    return list(waiting.distinct())


def series_transcode(series: Series, progress: Progress | None = None) -> ExternalError | None:
    """Transcode a series, unless another worker does. Returns an error of the archive, if any."""
    with _alone(series) as alone:
        if not alone or _paused():
            return None
        recorder = _Recorder(series, progress)
        try:
            with closing(_outcomes(_works(series))) as outcomes:
                for outcome in outcomes:
                    recorder.add(outcome)
        except frame_store.StoreFull:
            _paused()
        finally:
            recorder.record()
    return recorder.error


def _works(series: Series) -> list[_Work]:
    waiting = series.instances.filter(htj2k=Htj2k.WAITING)
    rows = waiting.values_list(
        "pk", "orthanc_id", "frames", "rows", "transfer_syntax_uid", "file_size"
    )
    return [_Work(*row) for row in rows]


def _outcomes(works: Iterable[_Work]) -> Generator[_Outcome]:
    """Results of all instances; closing the generator cancels the instances not yet started."""
    pool = ThreadPoolExecutor(settings.HTJ2K_WORKERS, "htj2k")
    try:
        for outcomes in pool.map(_transcode, _batches(works)):
            yield from outcomes
    finally:
        pool.shutdown(cancel_futures=True)


def _batches(works: Iterable[_Work]) -> Iterator[list[_Work]]:
    batch: list[_Work] = []
    size = 0
    for work in works:
        batch.append(work)
        size += work.file_size
        if size >= BATCH_BYTES or len(batch) == BATCH_FILES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _transcode(works: list[_Work]) -> list[_Outcome]:
    """Read all files, then transcode and write them: one by one would take 1.5 times as long."""
    outcomes = []
    decoder = _decoders().get()
    try:
        fetched = []
        for work in works:
            outcome = _fetch(work, decoder)
            if outcome:
                outcomes.append(outcome)
            else:
                fetched.append(work)
        with closing(decoder.transcode()) as answers:
            for work, answer in zip(fetched, answers, strict=True):
                outcomes.append(_write(work, answer))
                if outcomes[-1].error:
                    break
    finally:
        decoder.clear()
        _decoders().put(decoder)
    return outcomes


def _fetch(work: _Work, decoder: Decoder) -> _Outcome | None:
    """Read the file into the decoder's memory; returns the outcome if that is not possible."""
    refusal = work.refusal()
    if refusal:
        return _Outcome(work, refusal)
    try:
        decoder.add(len(orthanc().instance_read(work.orthanc_id, decoder.room)))
    except ExternalError as error:
        return _Outcome(work, error=error)
    return None


def _write(work: _Work, answer: list[bytes] | Refused) -> _Outcome:
    if isinstance(answer, Refused):
        return _Outcome(work, answer.reason)
    if len(answer) != work.frames:
        return _Outcome(work, Htj2kRefusal.WRONG_LENGTH)
    try:
        if frame_store.paused():
            raise frame_store.StoreFull
        frame_store.instance_write(work.orthanc_id, answer)
    except frame_store.StoreFull as full:
        return _Outcome(work, error=full)
    return _Outcome(work)


@once
def _decoders() -> SimpleQueue[Decoder]:
    """The decoder processes of this worker. Starting one takes as long as decoding 100 slices."""
    decoders: SimpleQueue[Decoder] = SimpleQueue()
    for _ in range(settings.HTJ2K_WORKERS):
        decoders.put(Decoder())
    return decoders


class _Recorder:
    """Records the outcomes of a series every BATCH_S seconds."""

    def __init__(self, series: Series, progress: Progress | None) -> None:
        self._series, self._progress = series, progress
        self._began = timezone.now()
        self._batch: list[_Outcome] = []
        self._due = time.monotonic() + BATCH_S
        self.error: ExternalError | None = None

    def add(self, outcome: _Outcome) -> None:
        """Raises StoreFull."""
        if isinstance(outcome.error, frame_store.StoreFull):
            raise outcome.error
        if outcome.error:
            self.error = outcome.error
            return
        self._batch.append(outcome)
        if time.monotonic() >= self._due:
            self.record()

    def record(self) -> None:
        """Flush the files, then update the rows; instances replaced meanwhile stay waiting."""
        batch, self._batch, self._due = self._batch, [], time.monotonic() + BATCH_S
        if not batch:
            return
        frame_store.settle()
        fresh = Instance.objects.filter(htj2k=Htj2k.WAITING, indexed_at__lte=self._began)
        by_reason = defaultdict(list)
        for outcome in batch:
            by_reason[outcome.refusal].append(outcome.work.pk)
        fresh.filter(pk__in=by_reason.pop(None, [])).update(htj2k=Htj2k.STORED)
        for reason, pks in by_reason.items():
            fresh.filter(pk__in=pks).update(htj2k=Htj2k.REFUSED, htj2k_reason=reason)
        _forget_deleted([outcome.work for outcome in batch])
        with suppress(RedisError):  # originals are served until the cached decision expires
            decisions.series_invalidate({self._series.series_instance_uid})
        if self._progress:
            self._progress(len(batch))


def _forget_deleted(works: list[_Work]) -> None:
    left = Instance.objects.filter(pk__in=[work.pk for work in works])
    known = set(left.values_list("pk", flat=True))
    for work in works:
        if work.pk not in known:
            frame_store.instance_delete(work.orthanc_id, work.frames)


def _paused() -> bool:
    if not frame_store.paused():
        return False
    logger.warning("the disk is too full: no frames are transcoded until there is room")
    return True


@contextmanager
def _alone(series: Series) -> Iterator[bool]:
    """An advisory lock of the database; it ends with the connection. Yields False if taken."""
    name = f"htj2k:{series.pk}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT GET_LOCK(%s, 0)", [name])
        alone = cursor.fetchone() == (1,)
        try:
            yield alone
        finally:
            if alone:
                cursor.execute("SELECT RELEASE_LOCK(%s)", [name])
