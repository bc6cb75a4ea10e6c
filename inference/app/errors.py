"""The errors of the service, one tree.

InferenceError
├── Unauthorized         401 unauthorized
├── ModelNotFound        404 model_not_found
├── SeriesNotFound       404 series_not_found
├── ResultNotFound       404 result_not_found
├── RequestInvalid       422 request_invalid     the caller's JSON or parameters
├── InputRefused         422 input_refused       the images, or an implausible result
├── DrawingRefused       422 drawing_refused     what was drawn on them
├── ModelFailed          422 model_failed        one model is broken, the service is well
│   ├── OutOfMemory      422 out_of_memory
│   └── TimedOut         422 timed_out
├── Cancelled            409 cancelled
├── ArchiveUnavailable   502 archive_unavailable
└── Busy                 503 busy

Messages are clear English sentences and carry ids and numbers only, never a patient's data.
"""

from __future__ import annotations

from typing import ClassVar


class InferenceError(Exception):
    """An error that is answered as `{"error": {"code", "message"}}`."""

    status: ClassVar[int]
    code: ClassVar[str]
    default_message: ClassVar[str] = ""

    def __init__(self, message: str = "") -> None:
        self.message = message or self.default_message
        super().__init__(self.message)


class Unauthorized(InferenceError):  # noqa: N818
    """The bearer token is missing or wrong."""

    status = 401
    code = "unauthorized"
    default_message = "A valid bearer token is required."


class ModelNotFound(InferenceError):  # noqa: N818
    """No manifest has this id."""

    status = 404
    code = "model_not_found"


class SeriesNotFound(InferenceError):  # noqa: N818
    """The archive does not hold the series or instance."""

    status = 404
    code = "series_not_found"


class ResultNotFound(InferenceError):  # noqa: N818
    """The job id is unknown, its result has expired, or it has no mask; or no run goes on."""

    status = 404
    code = "result_not_found"
    default_message = (
        "No mask is stored under this job id: results are kept for one hour, "
        "and only a model with segments makes a mask."
    )


class RequestInvalid(InferenceError):  # noqa: N818
    """The request itself is malformed."""

    status = 422
    code = "request_invalid"


class InputRefused(InferenceError):  # noqa: N818
    """The series is outside the model's scope, or its result is implausible."""

    status = 422
    code = "input_refused"


class DrawingRefused(InferenceError):  # noqa: N818
    """A box, click or stroke from which an assist model outlines nothing."""

    status = 422
    code = "drawing_refused"


class ModelFailed(InferenceError):  # noqa: N818
    """The run ended in an unexpected error, which is in the log, or in an invalid result.

    Not a 5xx: for those the caller stops asking the service, and so the other models.
    """

    status = 422
    code = "model_failed"
    default_message = "The model run failed; the log names the cause under this request id."


class OutOfMemory(ModelFailed):
    """The run asked for more memory than it may have."""

    code = "out_of_memory"


class TimedOut(ModelFailed):
    """The run took longer than it may take."""

    code = "timed_out"


class Cancelled(InferenceError):  # noqa: N818
    """The run was ended because nobody waits for it any more."""

    status = 409
    code = "cancelled"
    default_message = "The run was cancelled."


class ArchiveUnavailable(InferenceError):  # noqa: N818
    """Orthanc does not answer, or answers with an error."""

    status = 502
    code = "archive_unavailable"
    default_message = "The image archive does not answer."


class Busy(InferenceError):  # noqa: N818
    """A model is running and the queue is full."""

    status = 503
    code = "busy"
    default_message = "A model is running and the queue is full; try again later."
