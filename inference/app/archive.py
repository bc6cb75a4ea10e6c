"""Orthanc's REST API, as far as a grant opens it: one series and its instances."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx

from app.errors import ArchiveUnavailable, RequestInvalid, SeriesNotFound

T = TypeVar("T")

# Orthanc closes a connection that idles for 1 s.
_KEEPALIVE_SECONDS = 0.8
_CONNECTIONS = 8


@dataclass(frozen=True)
class ArchiveSeries:
    """One series as the archive's index knows it; ids are Orthanc's own."""

    orthanc_id: str
    series_instance_uid: str
    modality: str
    body_part: str
    instance_ids: tuple[str, ...]


class ArchiveReader:
    """Keeps a few connections to Orthanc alive."""

    def __init__(
        self,
        *,
        url: str,
        username: str,
        password: str,
        timeout: float,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        limits = httpx.Limits(max_connections=_CONNECTIONS, keepalive_expiry=_KEEPALIVE_SECONDS)
        self._http = httpx.AsyncClient(
            base_url=url,
            auth=(username, password),
            timeout=httpx.Timeout(timeout, connect=3.0),
            transport=transport or httpx.AsyncHTTPTransport(limits=limits, retries=1),
            trust_env=False,
        )

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    def with_grant(self, grant: str) -> GrantedReader:
        """A reader of what the grant opens."""
        return GrantedReader(self._http, grant)


class GrantedReader:
    """Reads the series of one grant.

    Raises from every call: SeriesNotFound for what the archive does not hold (any more),
    ArchiveUnavailable for a refused, failed or late answer.
    """

    def __init__(self, http: httpx.AsyncClient, grant: str) -> None:
        self._http = http
        self._headers = {"X-Series-Grant": grant}

    async def find_series(self, orthanc_id: str, *, series_instance_uid: str) -> ArchiveSeries:
        """Read what the archive's index knows of the series.

        Raises:
            RequestInvalid: it has another UID.
        """
        series = _parse_series(_json(await self._get(f"/series/{orthanc_id}")))
        if series_instance_uid != series.series_instance_uid:
            raise RequestInvalid("archive.series has another UID than series_instance_uid.")
        return series

    async def read_instances(
        self, series: ArchiveSeries, parse: Callable[[bytes], list[T]]
    ) -> list[T]:
        """Fetch every instance's DICOM file concurrently and parse each in a worker thread.

        A file is dropped as soon as it is parsed. The order is that of `instance_ids`.
        """
        gate = asyncio.Semaphore(_CONNECTIONS)

        async def read(instance_id: str) -> list[T]:
            async with gate:
                answer = await self._get(f"/instances/{instance_id}/file")
                return await asyncio.to_thread(parse, answer.content)

        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(read(each)) for each in series.instance_ids]
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from None
        return [part for task in tasks for part in task.result()]

    async def _get(self, path: str) -> httpx.Response:
        try:
            return await self._send(path)
        except _ConnectionDropped:
            return await self._send(path)

    async def _send(self, path: str) -> httpx.Response:
        try:
            answer = await self._http.get(path, headers=self._headers)
        except httpx.RemoteProtocolError as error:
            raise _ConnectionDropped from error
        except httpx.HTTPError as error:
            raise ArchiveUnavailable from error
        if answer.status_code == httpx.codes.NOT_FOUND:
            raise SeriesNotFound("The archive does not hold this series or instance.")
        if answer.is_error:
            raise ArchiveUnavailable(f"The image archive answered {answer.status_code}.")
        return answer


class _ConnectionDropped(ArchiveUnavailable):
    """A kept-alive connection was closed under the request, which is safe to send again."""


def _json(answer: httpx.Response) -> Any:  # noqa: ANN401
    try:
        return answer.json()
    except ValueError as error:
        raise ArchiveUnavailable("The image archive did not answer in JSON.") from error


def _parse_series(body: dict[str, Any]) -> ArchiveSeries:
    tags = body["MainDicomTags"]
    return ArchiveSeries(
        orthanc_id=body["ID"],
        series_instance_uid=tags["SeriesInstanceUID"],
        modality=tags.get("Modality", ""),
        body_part=tags.get("BodyPartExamined", ""),
        instance_ids=tuple(body["Instances"]),
    )
