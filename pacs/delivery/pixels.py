"""Frames of this process: decoded, drawn, from the frame store, or raw from the archive."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from queue import Empty, LifoQueue

from common.errors import AppError, ErrorCode, ExternalError
from common.once import once
from pacs.archive.orthanc import orthanc
from pacs.choices import Htj2k
from pacs.delivery.drawing_process import STORED
from pacs.delivery.rendering import Rendering
from pacs.delivery.stored_values import MAX_PIXELS
from pacs.derived.frame_store import frame_path
from pacs.htj2k.decoder import Decoder
from pacs.htj2k.pixel_data import Refused
from pacs.htj2k.repair import instances_requeue
from pacs.models import Instance

MAX_FILE_BYTES = 1 << 30
MAX_DECODERS = 3
"""Two that decode keep two cores busy while a file is read into the memory of the third."""
WAIT_S = 20.0


@once
def _decoders() -> LifoQueue[Decoder]:
    """The decoder processes of this worker: the one used last first, so that no more of them start
    than are needed at once. Starting one takes as long as decoding 100 slices."""
    decoders: LifoQueue[Decoder] = LifoQueue()
    for _ in range(MAX_DECODERS):
        decoders.put(Decoder("pacs.delivery.drawing_process"))
    return decoders


def size_check(image: Instance) -> None:
    """Raises AppError (406) if the file or a frame is too large to be decoded."""
    if image.file_size > MAX_FILE_BYTES or (image.rows or 0) * (image.columns or 0) > MAX_PIXELS:
        raise _too_large()


def _too_large() -> AppError:
    return AppError(ErrorCode.NOT_ACCEPTABLE, "too large to be decoded here")


def _room(decoder: Decoder, size: int) -> memoryview:
    """Of a picture from a cached decision the size is not known earlier."""
    if size > MAX_FILE_BYTES:
        raise _too_large()
    return decoder.room(size)


@contextmanager
def _lease(orthanc_id: str) -> Iterator[Decoder]:
    """A decoder that has read the file of the image; at most MAX_DECODERS at a time.

    Raises ExternalError (503) if the archive fails or no decoder is free within WAIT_S.
    """
    try:
        decoder = _decoders().get(timeout=WAIT_S)
    except Empty:
        raise ExternalError(ErrorCode.UPSTREAM_UNAVAILABLE, "all decoders are busy") from None
    try:
        decoder.add(len(orthanc().instance_read(orthanc_id, partial(_room, decoder))))
        yield decoder
    finally:
        decoder.clear()
        _decoders().put(decoder)


def _decode(decoder: Decoder, index: int, options: bytes = b"") -> bytes:
    """Raises AppError (406) if it cannot be decoded, ExternalError (503) if no decoder starts."""
    try:
        return decoder.decode(index, options)
    except Refused as refused:
        reason = f"cannot be decoded: {refused.reason}"
        raise AppError(ErrorCode.NOT_ACCEPTABLE, reason, "Accept") from None
    except OSError:
        raise ExternalError(ErrorCode.UPSTREAM_UNAVAILABLE, "the decoder does not start") from None


def frames_decoded(
    image: Instance, indices: Sequence[int], options: bytes = b""
) -> Iterator[bytes]:
    """Decode the frames one by one to native pixels. Raises AppError (406), ExternalError."""
    size_check(image)
    with _lease(image.orthanc_id) as decoder:
        for index in indices:
            yield _decode(decoder, index, options)


def frames_from_file(image: Instance, indices: Sequence[int]) -> Iterator[bytes]:
    """Frames as they are in the file, also those that the archive cannot find in it."""
    return frames_decoded(image, indices, STORED)


def picture(orthanc_id: str, index: int, wanted: Rendering) -> bytes:
    """Frame ``index`` (from 0) as PNG or JPEG. Raises AppError (406), ExternalError."""
    with _lease(orthanc_id) as decoder:
        return _decode(decoder, index, wanted.text().encode())


def frames_htj2k(image: Instance, indices: Sequence[int]) -> Iterator[bytes]:
    """HTJ2K codestreams from the frame store."""
    return (frame_path(image.orthanc_id, index).read_bytes() for index in indices)


def frames_raw(image: Instance, indices: Sequence[int]) -> Iterator[bytes]:
    """Stored frames through Orthanc's REST API: its DICOMweb plugin fails for HTJ2K."""
    return (orthanc().instance_frame(image.orthanc_id, index) for index in indices)


def frames_stored(image: Instance, indices: Sequence[int]) -> Iterator[bytes]:
    """As stored; from the file where the archive cannot find them, as of floating-point pixels."""
    frames = frames_raw(image, indices)
    try:
        first = next(frames)
    except ExternalError:
        yield from frames_from_file(image, indices)
        return
    yield first
    yield from frames


def frames_exist(image: Instance, indices: Iterable[int]) -> bool:
    return all(frame_path(image.orthanc_id, index).is_file() for index in indices)


def frames_requeue(image: Instance) -> None:
    """Queue an image with missing HTJ2K files for transcoding; meanwhile originals are served."""
    instances_requeue([image])
    image.htj2k = Htj2k.WAITING


def prefetched(frames: Iterator[bytes]) -> Iterator[bytes]:
    """Read the first frame now, so that an error occurs before the response starts."""
    first = next(frames)
    return _rest(first, frames)


def _rest(first: bytes, frames: Iterator[bytes]) -> Iterator[bytes]:
    with closing(frames):  # type: ignore[type-var]
        yield first
        yield from frames
