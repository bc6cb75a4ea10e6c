"""Instances of the running stack converted to HTJ2K here, by the worker's own functions."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import imagecodecs
import numpy as np
import numpy.typing as npt
from django.db.models import QuerySet
from pydicom import dcmread

from deploy.native.control import Supervisor
from deploy.native.layout import Layout
from pacs.archive.orthanc import orthanc
from pacs.choices import Htj2k
from pacs.derived import frame_store
from pacs.htj2k import codec
from pacs.htj2k.decoder import Decoder
from pacs.htj2k.transcoding import study_transcode
from pacs.models import Instance, Study
from tests.bench.support.http_load import family, processor_seconds

Pixels = npt.NDArray[Any]
WORKER = "worker-image"
PEER_FRAMES = 16
TOGETHER = 4
"""Slices of 512 x 512 that the worker takes at once."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds: by the clock, of our processor time, and of the archive's and the database's."""

    wall: float
    ours: float
    others: float


class Costs:
    """What work costs on this stack."""

    def __init__(self) -> None:
        processes = Supervisor(Layout("up")).processes()
        self._others = [
            pid for name in ("orthanc", "mariadb", "redis") for pid in family(processes[name].pid)
        ]

    def of(self, work: Callable[[], object]) -> Cost:
        others, ours = processor_seconds(self._others), processor_seconds(family(os.getpid()))
        begun = time.perf_counter()
        work()
        wall = time.perf_counter() - begun
        return Cost(
            wall,
            processor_seconds(family(os.getpid())) - ours,
            processor_seconds(self._others) - others,
        )


@contextmanager
def worker_idle() -> Iterator[None]:
    """Nobody else converts meanwhile."""
    supervisor = Supervisor(Layout("up"))
    supervisor._rpc.stopProcess(WORKER)
    try:
        yield
    finally:
        supervisor._rpc.startProcess(WORKER)


def _images(study_instance_uid: str) -> QuerySet[Instance]:
    return Instance.objects.filter(
        series__study__study_instance_uid=study_instance_uid, series__modality="MR"
    )


def derived_delete(study_instance_uid: str) -> None:
    """As if it had just come in."""
    for instance in _images(study_instance_uid):
        frame_store.instance_delete(instance.orthanc_id, instance.frames)
    _images(study_instance_uid).update(htj2k=Htj2k.WAITING, htj2k_reason="")


def converted(study_instance_uid: str, costs: Costs) -> Cost:
    """From the instances in the archive to rows that say STORED. Raises RuntimeError otherwise."""
    derived_delete(study_instance_uid)
    study = Study.objects.get(study_instance_uid=study_instance_uid)
    cost = costs.of(lambda: study_transcode(study.pk))
    left = [one for one in _images(study_instance_uid) if one.htj2k != Htj2k.STORED]
    if left:
        raise RuntimeError(f"{len(left)} instances are not stored: {left[0].htj2k_reason}")
    return cost


@dataclass(frozen=True, slots=True)
class Kept:
    """What the store holds of a study, held against the archive's originals."""

    frames: int
    different: int
    original_bytes: int
    stored_bytes: int


def kept(study_instance_uid: str) -> Kept:
    frames = different = original_bytes = stored_bytes = 0
    for instance in _images(study_instance_uid):
        pixels = dcmread(BytesIO(_file(instance))).pixel_array
        for index, expected in enumerate(pixels if instance.frames > 1 else [pixels]):
            codestream = frame_store.frame_path(instance.orthanc_id, index).read_bytes()
            found = imagecodecs.htj2k_decode(codestream)
            frames += 1
            different += found.dtype != expected.dtype or not np.array_equal(found, expected)
            original_bytes += expected.nbytes
            stored_bytes += len(codestream)
    return Kept(frames, different, original_bytes, stored_bytes)


def _file(instance: Instance) -> bytes:
    return orthanc().instance_file(instance.orthanc_id)


def stages(study_instance_uid: str, costs: Costs) -> dict[str, Cost]:
    """Each step of the way by itself, over all instances of the study."""
    instances = list(_images(study_instance_uid))
    files: list[bytes] = []
    found = {"read": costs.of(lambda: files.extend(map(_file, instances)))}
    streams: list[list[bytes]] = []
    found["codec"] = costs.of(lambda: streams.extend(map(codec.transcode, files)))
    with Decoder() as decoder:

        def guarded() -> None:
            for start in range(0, len(files), TOGETHER):
                for file in files[start : start + TOGETHER]:
                    decoder.room(len(file))[:] = file
                    decoder.add(len(file))
                for _ in decoder.transcode():
                    pass
                decoder.clear()

        guarded()  # starts the child
        found["guarded"] = costs.of(guarded)

    def write() -> None:
        for instance, codestreams in zip(instances, streams, strict=True):
            frame_store.instance_write(instance.orthanc_id, codestreams)
        frame_store.settle()

    found["write"] = costs.of(write)
    return found


def peers(study_instance_uid: str) -> dict[str, float]:
    """MB/s of encoding and decoding a few of its frames, by codec, with nothing around it."""
    instances = list(_images(study_instance_uid))
    chosen = instances[:: max(1, len(instances) // PEER_FRAMES)]
    frames: list[Pixels] = [dcmread(BytesIO(_file(one))).pixel_array for one in chosen]
    ways: dict[str, tuple[Callable[..., bytes | bytearray], Callable[..., Pixels]]] = {
        "htj2k": (
            lambda frame: imagecodecs.htj2k_encode(frame, reversible=True),
            imagecodecs.htj2k_decode,
        ),
        "jpegls": (imagecodecs.jpegls_encode, imagecodecs.jpegls_decode),
        "j2k": (
            lambda frame: imagecodecs.jpeg2k_encode(frame, level=0, reversible=True),
            imagecodecs.jpeg2k_decode,
        ),
    }
    found = {}
    for name, (encode, decode) in ways.items():
        begun = time.process_time()
        for frame in frames:
            decode(encode(frame))
        seconds = time.process_time() - begun
        found[name] = sum(frame.nbytes for frame in frames) / 1e6 / seconds
    return found
