"""Frames that pass through us one by one: decoded, read from our files, or without the plugin."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import cache
from queue import Empty, SimpleQueue

from common.errors import AppError, ErrorCode, ExternalError
from pacs.archive.orthanc import orthanc
from pacs.choices import Htj2k
from pacs.derived.frame_store import frame_path
from pacs.htj2k.codec import Refused
from pacs.htj2k.decoder import Decoder
from pacs.htj2k.repair import instances_wait
from pacs.models import Instance

MAX_FILE_BYTES = 1 << 30
MAX_PIXELS = 1 << 25
"""Of one frame: what a small file unpacks to has to find room beside everybody's frames."""
MAX_DECODERS = 2
WAIT_S = 20.0


@cache
def _decoders() -> SimpleQueue[Decoder]:
    """The children of this process; to start one takes as long as to decode a hundred slices."""
    decoders: SimpleQueue[Decoder] = SimpleQueue()
    for _ in range(MAX_DECODERS):
        decoders.put(Decoder())
    return decoders


@contextmanager
def decoder_lease(image: Instance) -> Iterator[Decoder]:
    """A decoder with the file of this image. Few at once in one process; others wait.

    Raises AppError (406) for a file too large for the memory, ExternalError also (503) after
    WAIT_S.
    """
    pixels = (image.rows or 0) * (image.columns or 0)
    if image.file_size > MAX_FILE_BYTES or pixels > MAX_PIXELS:
        raise AppError(ErrorCode.NOT_ACCEPTABLE, "too large to be decoded here")
    try:
        decoder = _decoders().get(timeout=WAIT_S)
    except Empty:
        raise ExternalError(ErrorCode.UPSTREAM_UNAVAILABLE, "too many images to decode") from None
    try:
        decoder.add(len(orthanc().instance_read(image.orthanc_id, decoder.room)))
        yield decoder
    finally:
        decoder.forget()
        _decoders().put(decoder)


def frame_decode(decoder: Decoder, index: int) -> bytes:
    """Frame ``index`` from 0, native, decoded in a process of its own.

    Raises AppError (406), ExternalError (503) when there is no such process.
    """
    try:
        return decoder.decode(index)
    except Refused as refused:
        reason = f"cannot be decoded: {refused.reason}"
        raise AppError(ErrorCode.NOT_ACCEPTABLE, reason, "Accept") from None
    except OSError:
        raise ExternalError(ErrorCode.UPSTREAM_UNAVAILABLE, "no decoder starts") from None


def frames_decoded(image: Instance, indices: Sequence[int]) -> Iterator[bytes]:
    """One after another. Raises AppError (406), ExternalError."""
    with decoder_lease(image) as decoder:
        for index in indices:
            yield frame_decode(decoder, index)


def frames_htj2k(image: Instance, indices: Sequence[int]) -> Iterator[bytes]:
    """The HTJ2K beside the archive."""
    return (frame_path(image.orthanc_id, index).read_bytes() for index in indices)


def frames_raw(image: Instance, indices: Sequence[int]) -> Iterator[bytes]:
    """As the archive stores them, without its plugin, which fails at HTJ2K."""
    return (orthanc().instance_frame(image.orthanc_id, index) for index in indices)


def frames_exist(image: Instance, indices: Iterable[int]) -> bool:
    return all(frame_path(image.orthanc_id, index).is_file() for index in indices)


def frames_requeue(image: Instance) -> None:
    """Files that should be there are not: they are made anew, the archive answers meanwhile."""
    instances_wait([image])
    image.htj2k = Htj2k.WAITING


def prefetched(frames: Iterator[bytes]) -> Iterator[bytes]:
    """The first one is there: what cannot be answered fails before the answer begins."""
    first = next(frames)
    return _rest(first, frames)


def _rest(first: bytes, frames: Iterator[bytes]) -> Iterator[bytes]:
    with closing(frames):  # type: ignore[type-var]
        yield first
        yield from frames


def multipart_body(frames: Iterator[bytes], part_type: str, boundary: str) -> Iterator[bytes]:
    """The body of multipart/related."""
    for frame in frames:
        yield f"--{boundary}\r\nContent-Type: {part_type}\r\n\r\n".encode()
        yield frame
        yield b"\r\n"
    yield f"--{boundary}--\r\n".encode()
