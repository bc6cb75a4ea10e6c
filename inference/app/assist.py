"""A doctor draws, a model answers at once; the images are kept for the next stroke."""

from __future__ import annotations

import asyncio
import base64
import gzip
import logging
import time
import zlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, cast

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

from app import gates
from app.archive import ArchiveReader, ArchiveSeries, GrantedReader
from app.dicom import read_slices
from app.errors import Busy, InferenceError, InputRefused, ModelFailed, RequestInvalid
from app.prompts import PlacedPrompt, Prompt, SliceName, place
from app.registry import Model, Registry
from app.schemas import ArchivePlace
from app.volume import Volume, assemble

Labels = npt.NDArray[np.uint8]

KEEP_SECONDS = 300.0
KEPT_BYTES = 512 * 2**20
MAX_VOXELS = 2**27
QUEUE = 8
_log = logging.getLogger("inference.assist")

_DRAW_A_BOX = (
    "One click often takes too little or too much: draw a box around the lesion.",
    "클릭 한 번으로는 병변이 덜 또는 더 표시될 수 있습니다. 병변 둘레에 상자를 그리십시오.",
)
_DRAW_STROKES = (
    "Correct what is missing or too much by strokes.",
    "빠지거나 넘친 부분은 스트로크로 수정하십시오.",
)
_NOTHING_STANDS_OUT = (
    "The mask fills nearly the whole box: nothing may stand out in it. Look whether there is a "
    "lesion, or draw the box with a small margin around it.",
    "마스크가 상자를 거의 다 채웠습니다. 상자 안에 주변과 구별되는 부분이 없을 수 있습니다. "
    "병변이 맞는지 확인하거나 병변 둘레에 약간의 여백을 두고 상자를 다시 그리십시오.",
)
_FULL = 0.9
"""Of a box: an ellipse that touches its sides fills 0.79 of it, a lesion drawn with a margin less;
the sample tumour 0.12 to 0.16 in its moved boxes."""


class BaseMask(BaseModel):
    """The mask that a prompt corrects, of the segments that are drawn on.

    `labelmap` is base64 of gzip of uint8 slices x rows x columns in the order of `slices`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    slices: tuple[SliceName, ...]
    labelmap: str

    def on(self, volume: Volume) -> Labels:
        """The mask (slices, rows, columns) on the grid of the volume.

        Raises:
            RequestInvalid: it is of another grid, or damaged.
        """
        size, place = volume.data.size, {uid: at for at, uid in enumerate(self.slices)}
        if place.keys() != set(volume.sop_instance_uids) or len(place) != len(self.slices):
            raise RequestInvalid("The mask to correct is of other slices.")
        try:
            unpack = zlib.decompressobj(31)
            content = unpack.decompress(base64.b64decode(self.labelmap, validate=True), size + 1)
        except (ValueError, zlib.error):
            raise RequestInvalid("The mask to correct is not gzip in base64.") from None
        if len(content) != size:
            raise RequestInvalid("The mask to correct has another size than the series.")
        mask = np.frombuffer(content, np.uint8).reshape(volume.data.shape)
        return mask[[place[uid] for uid in volume.sop_instance_uids]]


class AssistIn(BaseModel):
    """What was drawn on which series, and where the series is."""

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())

    series_instance_uid: str = Field(pattern=r"^[0-9]+(\.[0-9]+)+$", max_length=64)
    archive: ArchivePlace
    model_type: str = Field(min_length=1, max_length=64)
    model_version: str | None = Field(None, min_length=1, max_length=30)
    prompt: Prompt
    base: BaseMask | None = None


class AssistOut(BaseModel):
    """`labelmap` as in `BaseMask`; `files` are the SHA-256 of the model's files."""

    rows: int
    columns: int
    slices: tuple[str, ...]
    labelmap: str
    volume_ml: float
    hint: str
    hint_ko: str
    files: dict[str, str]


class AssistRunner(Protocol):
    """What a runner of kind assist offers."""

    def assist(
        self, volume: Volume, prompt: PlacedPrompt, previous: Labels | None = None
    ) -> Labels:
        """uint8 (slices, rows, columns): the segments of the prompt, 0 outside.

        `previous` is the mask of these segments that the prompt corrects; only then is it given.

        Raises:
            InputRefused: the doctor reads the sentence.
        """


class AssistService:
    """One answer at a time; `QUEUE` others may wait."""

    def __init__(
        self, *, registry: Registry, archive: ArchiveReader, volumes: Volumes | None = None
    ) -> None:
        self._registry, self._archive = registry, archive
        self._volumes = volumes or Volumes()
        self._free = asyncio.Semaphore(1)
        self._waiting = 0

    async def assist(self, request: AssistIn) -> AssistOut:
        """Answer one prompt.

        Raises:
            InferenceError: of `app.errors`.
        """
        model = self._registry.get(request.model_type, request.model_version)
        if model.manifest.kind != "assist":
            raise RequestInvalid(f"The model {request.model_type} does not work on what is drawn.")
        if self._waiting > QUEUE:
            raise Busy
        self._waiting += 1
        try:
            async with self._free:
                volume = await self._volume(request, model)
                return await asyncio.to_thread(_answer, model, volume, request)
        finally:
            self._waiting -= 1

    async def _volume(self, request: AssistIn, model: Model) -> Volume:
        archive = self._archive.with_grant(request.archive.grant)
        series = await archive.find_series(
            request.archive.series, series_instance_uid=request.series_instance_uid
        )
        inputs = model.manifest.inputs
        gates.check_series(series, inputs, inputs.modalities)
        kept = self._volumes.get(series)
        if kept is None:
            kept = await _read(archive, series)
            self._volumes.keep(series, kept)
        gates.check_volume(kept, inputs)
        gates.check_gates(kept, model.manifest.gates)
        return kept


async def _read(archive: GrantedReader, series: ArchiveSeries) -> Volume:
    slices = await archive.read_instances(series, read_slices)
    if len(slices) * slices[0].pixels.size > MAX_VOXELS:
        raise InputRefused(
            f"The series has more than {MAX_VOXELS} voxels, which is too many to be drawn on."
        )
    return await asyncio.to_thread(assemble, slices)


def _answer(model: Model, volume: Volume, request: AssistIn) -> AssistOut:
    started = time.perf_counter()
    placed = place(request.prompt, volume)
    try:
        known = [request.base.on(volume)] if request.base else []
        labels = cast(AssistRunner, model.runner).assist(volume, placed, *known)
    except InferenceError:
        raise
    except Exception as error:
        _log.exception("model failed", extra={"model": model.manifest.id})
        raise ModelFailed from error
    _check(labels, placed, volume)
    hint, hint_ko = _hint(labels, placed, corrects=request.base is not None)
    packed = gzip.compress(np.ascontiguousarray(labels).tobytes(), compresslevel=1, mtime=0)
    _log.info(
        "prompt answered",
        extra={
            "series_instance_uid": request.series_instance_uid,
            "model": model.manifest.id,
            "seconds": round(time.perf_counter() - started, 3),
        },
    )
    return AssistOut(
        rows=labels.shape[1],
        columns=labels.shape[2],
        slices=volume.sop_instance_uids,
        labelmap=base64.b64encode(packed).decode(),
        volume_ml=round(int(np.count_nonzero(labels)) * volume.voxel_ml, 3),
        hint=hint,
        hint_ko=hint_ko,
        files=dict(model.files),
    )


def _hint(labels: Labels, placed: PlacedPrompt, *, corrects: bool) -> tuple[str, str]:
    """What the doctor does next, in English and Korean. `corrects`: there was a mask before."""
    if any((labels[box.where] == box.segment).mean() > _FULL for box in placed.boxes):
        return _NOTHING_STANDS_OUT
    return _DRAW_STROKES if placed.boxes or corrects else _DRAW_A_BOX


def _check(labels: Labels, placed: PlacedPrompt, volume: Volume) -> None:
    if labels.dtype != np.uint8 or labels.shape != volume.data.shape:
        raise ModelFailed("The model returned an invalid result: labels off the grid.")
    present = set(np.flatnonzero(np.bincount(labels.ravel(), minlength=256)).tolist())
    if not present <= {0, *placed.segments}:
        raise ModelFailed("The model returned an invalid result: a segment nobody drew on.")


@dataclass
class _Kept:
    volume: Volume
    until: float


class Volumes:
    """The volumes of the last minutes: at most `limit` bytes, the longest unused go first."""

    def __init__(
        self, *, limit: int = KEPT_BYTES, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limit, self._clock = limit, clock
        self._kept: OrderedDict[ArchiveSeries, _Kept] = OrderedDict()

    def get(self, series: ArchiveSeries) -> Volume | None:
        """The volume of exactly these instances, or None."""
        self._drop_old()
        kept = self._kept.get(series)
        if kept is None:
            return None
        kept.until = self._clock() + KEEP_SECONDS
        self._kept.move_to_end(series)
        return kept.volume

    def keep(self, series: ArchiveSeries, volume: Volume) -> None:
        """Keep a volume; one larger than the limit is not kept."""
        self._drop_old()
        if volume.data.nbytes > self._limit:
            return
        self._kept[series] = _Kept(volume, self._clock() + KEEP_SECONDS)
        while sum(each.volume.data.nbytes for each in self._kept.values()) > self._limit:
            self._kept.popitem(last=False)

    def _drop_old(self) -> None:
        now = self._clock()
        for series in [key for key, each in self._kept.items() if each.until < now]:
            del self._kept[series]
