"""The box and click tool of an nnInteractive server (Isensee 2025), where the hospital has one.

The package `nninteractive-client` speaks its protocol; it is installed by
`requirements-nninteractive.txt`. The server keeps the images of a session, so that the next stroke
on them sends the prompt alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit, urlunsplit

import httpx
import numpy as np
import numpy.typing as npt

from app.errors import ModelFailed, TimedOut
from app.prompts import PlacedBox, PlacedPrompt, PlacedStroke
from app.remote import Server
from app.volume import Volume

if TYPE_CHECKING:
    from nnInteractive.inference.remote import nnInteractiveRemoteInferenceSession as Session

Labels = npt.NDArray[np.uint8]

_CONNECT_SECONDS = 3.0


class NnInteractive:
    """One session of the server at a time, for the images that were drawn on last."""

    def __init__(self, server: Server) -> None:
        # loaded here, so that a service without the package refuses the model by name
        from nnInteractive.inference import remote  # noqa: PLC0415

        self._remote, self._server = remote, server
        self._session: Session | None = None
        self._images: tuple[str, ...] = ()

    def assist(
        self, volume: Volume, prompt: PlacedPrompt, previous: Labels | None = None
    ) -> Labels:
        """The segments of the prompt, each by itself and upon the `previous` mask of it.

        Raises:
            ModelFailed: the server is down, full, or refuses.
            TimedOut: it is too slow.
        """
        with self._failures():
            try:
                return self._answer(volume, prompt, previous)
            except self._remote.SessionExpiredError:
                self._end()
                return self._answer(volume, prompt, previous)

    def _answer(self, volume: Volume, prompt: PlacedPrompt, previous: Labels | None) -> Labels:
        session = self._session_of(volume)
        labels = np.zeros(volume.data.shape, np.uint8)
        for segment in prompt.segments:
            session.reset_interactions()
            if previous is not None:
                begun = (previous == segment).astype(np.uint8)
                session.add_initial_seg_interaction(begun)
            for box in (each for each in prompt.boxes if each.segment == segment):
                session.add_bbox_interaction(_bounds(box), include_interaction=True)
            for point in (each for each in prompt.points if each.segment == segment):
                [pixel] = point.pixels
                session.add_point_interaction(
                    [point.slice, *pixel], include_interaction=point.positive
                )
            for stroke in (each for each in prompt.scribbles if each.segment == segment):
                session.add_scribble_interaction(
                    _drawn(stroke, labels.shape), include_interaction=stroke.positive
                )
            labels[np.asarray(session.target_buffer) > 0] = segment
        return labels

    def _session_of(self, volume: Volume) -> Session:
        if self._session is not None and self._images == volume.sop_instance_uids:
            return self._session
        self._end()
        url, key = _without_key(self._server.url)
        session = self._remote.nnInteractiveRemoteInferenceSession(
            url,
            api_key=key,
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=self._server.seconds,
            set_image_read_timeout=self._server.seconds,
        )
        self._session = session
        session.set_image(volume.data[None], {"spacing": list(volume.spacing_mm)})
        session.set_target_buffer(np.zeros(volume.data.shape, np.uint8))
        self._images = volume.sop_instance_uids
        return session

    def _end(self) -> None:
        session, self._session, self._images = self._session, None, ()
        if session is not None:
            with suppress(httpx.HTTPError):
                session.close()

    @contextmanager
    def _failures(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            self._end()
            raise self._sentence(error) from None

    def _sentence(self, error: Exception) -> Exception:
        if isinstance(error, httpx.TimeoutException) and not isinstance(
            error, httpx.ConnectTimeout
        ):
            return TimedOut(f"The model's server did not answer within {self._server.seconds:g} s.")
        if isinstance(error, httpx.HTTPStatusError):
            status = error.response.status_code
            return ModelFailed(f"The model's server refused the request ({status}).")
        if isinstance(error, httpx.HTTPError):
            return ModelFailed("The model's server does not answer.")
        if isinstance(error, self._remote.ServerAtCapacityError):
            return ModelFailed("The model's server has no free session: try again in a minute.")
        return ModelFailed("The model's server answered something else than the protocol.")


def _bounds(box: PlacedBox) -> list[list[int]]:
    """The box on its middle slice: the trained networks take flat boxes alone."""
    slices, rows, columns = box.where
    middle = (slices.start + slices.stop - 1) // 2
    return [[middle, middle + 1], [rows.start, rows.stop], [columns.start, columns.stop]]


def _drawn(stroke: PlacedStroke, shape: tuple[int, ...]) -> Labels:
    image = np.zeros(shape, np.uint8)
    rows, columns = np.array(stroke.pixels).T
    image[stroke.slice, rows, columns] = 1
    return image


def _without_key(url: str) -> tuple[str, str]:
    """The address, and the key that stands before its host: `https://key@host/`."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=host)), unquote(parts.username or "")


def load(folder: Path, threads: int, server: Server) -> Any:  # noqa: ANN401
    """Nothing is loaded here: the server has the weights."""
    return NnInteractive(server)
