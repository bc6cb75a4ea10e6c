"""The one error tree. Framework-free: services raise these, common.api.exceptions answers them.

AppError
├── AuthenticationError   401      ├── ConflictError        409, 428
├── PermissionDenied      403      ├── BusinessError        409, 422
├── InvalidInput          400-422  └── ExternalError        502, 503 (``retryable`` or final)
└── NotFound              404
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True, slots=True)
class Spec:
    """A code's number, HTTP status and its sentence in English and Korean."""

    code: str
    status: int
    en: str
    ko: str


class ErrorCode(Enum):
    """Every code the API can answer, declared once; docs/errors.md is generated from here."""

    NOT_AUTHENTICATED = Spec("ERR_001", 401, "Please log in.", "로그인이 필요합니다.")
    TOKEN_INVALID = Spec(
        "ERR_002",
        401,
        "The token is invalid or expired. Please log in again.",
        "토큰이 유효하지 않거나 만료되었습니다. 다시 로그인해 주세요.",
    )
    TOKEN_REVOKED = Spec(
        "ERR_003",
        401,
        "This session has ended. Please log in again.",
        "세션이 종료되었습니다. 다시 로그인해 주세요.",
    )
    CREDENTIALS_INVALID = Spec(
        "ERR_004",
        401,
        "The user name or password is wrong.",
        "아이디 또는 비밀번호가 올바르지 않습니다.",
    )
    PERMISSION_DENIED = Spec(
        "ERR_005", 403, "You do not have the right to do this.", "이 작업을 할 권한이 없습니다."
    )
    THROTTLED = Spec(
        "ERR_006",
        429,
        "Too many attempts. Please wait and try again.",
        "시도 횟수가 너무 많습니다. 잠시 후 다시 시도해 주세요.",
    )
    VALIDATION = Spec("ERR_101", 400, "The input is not valid.", "입력값이 올바르지 않습니다.")
    MALFORMED = Spec("ERR_102", 400, "The request could not be read.", "요청을 해석할 수 없습니다.")
    UNSUPPORTED_MEDIA = Spec(
        "ERR_103", 415, "This content type is not supported.", "지원하지 않는 콘텐츠 형식입니다."
    )
    TOO_LARGE = Spec("ERR_104", 413, "The request is too large.", "요청이 너무 큽니다.")
    NOT_ACCEPTABLE = Spec(
        "ERR_105",
        406,
        "None of the accepted formats can be served.",
        "요청한 형식으로 응답할 수 없습니다.",
    )
    METHOD_NOT_ALLOWED = Spec(
        "ERR_106", 405, "This method is not allowed here.", "허용되지 않는 메서드입니다."
    )
    DICOM_UNREADABLE = Spec(
        "ERR_110", 400, "The file is not readable as DICOM.", "DICOM 파일로 읽을 수 없습니다."
    )
    DICOM_INCOMPLETE = Spec(
        "ERR_111",
        400,
        "The DICOM file lacks a required identifier.",
        "DICOM 파일에 필수 식별자가 없습니다.",
    )
    DICOM_PATIENT_MISMATCH = Spec(
        "ERR_112",
        400,
        "The file belongs to another patient than the one given.",
        "파일의 환자가 지정한 환자와 다릅니다.",
    )
    ARCHIVE_UNSAFE = Spec(
        "ERR_113",
        400,
        "The zip holds an unsafe or unreadable entry.",
        "압축 파일에 안전하지 않거나 읽을 수 없는 항목이 있습니다.",
    )
    ARCHIVE_TOO_LARGE = Spec(
        "ERR_114",
        400,
        "The zip unpacks to more than is allowed.",
        "압축을 풀면 허용 크기를 넘습니다.",
    )
    NO_FILES = Spec("ERR_115", 400, "No file could be stored.", "저장할 수 있는 파일이 없습니다.")
    FILE_TOO_LARGE = Spec(
        "ERR_116", 413, "The file is larger than allowed.", "파일이 허용 크기보다 큽니다."
    )
    DICOM_STUDY_MISMATCH = Spec(
        "ERR_117",
        400,
        "The file belongs to another study than the address.",
        "파일의 검사가 요청 주소의 검사와 다릅니다.",
    )
    DICOM_REFERENCE_UNKNOWN = Spec(
        "ERR_118",
        400,
        "The object refers to something that is not here.",
        "객체가 참조하는 항목을 찾을 수 없습니다.",
    )
    LABELMAP_ENCODING = Spec(
        "ERR_120",
        400,
        "The labelmap is not valid gzip data.",
        "레이블맵이 올바른 gzip 데이터가 아닙니다.",
    )
    LABELMAP_SIZE = Spec(
        "ERR_121",
        400,
        "The labelmap does not have the size of the series.",
        "레이블맵의 크기가 시리즈와 맞지 않습니다.",
    )
    LABELMAP_SLICES = Spec(
        "ERR_122",
        400,
        "The slices are not those of the source series.",
        "슬라이스가 원본 시리즈와 일치하지 않습니다.",
    )
    LABELMAP_LABEL = Spec(
        "ERR_123",
        400,
        "The labelmap holds a label that is not declared.",
        "레이블맵에 선언되지 않은 레이블이 있습니다.",
    )
    PATIENT_NOT_FOUND = Spec(
        "ERR_201", 404, "The patient was not found.", "환자를 찾을 수 없습니다."
    )
    STUDY_NOT_FOUND = Spec("ERR_202", 404, "The study was not found.", "검사를 찾을 수 없습니다.")
    SERIES_NOT_FOUND = Spec(
        "ERR_203", 404, "The series was not found.", "시리즈를 찾을 수 없습니다."
    )
    INSTANCE_NOT_FOUND = Spec(
        "ERR_204", 404, "The image was not found.", "영상을 찾을 수 없습니다."
    )
    ORDER_NOT_FOUND = Spec("ERR_205", 404, "The order was not found.", "오더를 찾을 수 없습니다.")
    AI_JOB_NOT_FOUND = Spec(
        "ERR_206", 404, "The AI analysis was not found.", "AI 분석을 찾을 수 없습니다."
    )
    SEGMENTATION_NOT_FOUND = Spec(
        "ERR_207", 404, "The segmentation was not found.", "분할을 찾을 수 없습니다."
    )
    MODEL_NOT_FOUND = Spec(
        "ERR_208", 404, "The AI model was not found.", "AI 모델을 찾을 수 없습니다."
    )
    USER_NOT_FOUND = Spec("ERR_209", 404, "The user was not found.", "사용자를 찾을 수 없습니다.")
    GRANT_NOT_FOUND = Spec("ERR_210", 404, "The share was not found.", "공유를 찾을 수 없습니다.")
    ROUTE_NOT_FOUND = Spec(
        "ERR_299", 404, "There is nothing at this address.", "요청한 주소를 찾을 수 없습니다."
    )
    VERSION_CONFLICT = Spec(
        "ERR_301",
        409,
        "Somebody changed this meanwhile. Reload and try again.",
        "다른 사용자가 먼저 수정했습니다. 새로고침 후 다시 시도해 주세요.",
    )
    DUPLICATE = Spec("ERR_302", 409, "This already exists.", "이미 존재합니다.")
    IDEMPOTENCY_IN_PROGRESS = Spec(
        "ERR_303",
        409,
        "The same request is still being processed.",
        "동일한 요청이 처리 중입니다.",
    )
    IDEMPOTENCY_MISMATCH = Spec(
        "ERR_304",
        422,
        "This idempotency key was used with another body.",
        "이 멱등성 키는 다른 내용의 요청에 이미 사용되었습니다.",
    )
    SOP_INSTANCE_CONFLICT = Spec(
        "ERR_305",
        409,
        "Another content is stored under this SOP Instance UID.",
        "같은 SOP Instance UID로 다른 내용이 이미 저장되어 있습니다.",
    )
    PRECONDITION_REQUIRED = Spec(
        "ERR_306",
        428,
        "Send If-Match with the version you read.",
        "읽은 버전을 If-Match 헤더로 보내 주세요.",
    )
    INVALID_TRANSITION = Spec(
        "ERR_401", 409, "This step is not possible now.", "현재 상태에서는 할 수 없는 작업입니다."
    )
    ALREADY_REVIEWED = Spec(
        "ERR_402", 409, "This AI result was already reviewed.", "이미 검토가 끝난 AI 결과입니다."
    )
    MODEL_REFUSED_INPUT = Spec(
        "ERR_403",
        422,
        "The AI model cannot use this series.",
        "AI 모델이 이 시리즈를 분석할 수 없습니다.",
    )
    STUDY_UNMATCHED = Spec(
        "ERR_404",
        422,
        "The study has no patient yet. Match it first.",
        "검사가 아직 환자와 연결되지 않았습니다. 먼저 환자를 연결해 주세요.",
    )
    SEGMENTATION_EMPTY = Spec(
        "ERR_405",
        422,
        "An empty segmentation cannot be approved. Edit it, or reject the result.",
        "비어 있는 분할은 승인할 수 없습니다. 분할을 수정하거나 결과를 반려해 주세요.",
    )
    SERIES_NOT_A_VOLUME = Spec(
        "ERR_407",
        422,
        "The images of this series do not form a volume. "
        "Choose a series of parallel slices of one size.",
        "이 시리즈의 영상으로는 볼륨을 구성할 수 없습니다. "
        "방향과 크기가 같은 단면 영상 시리즈를 선택해 주세요.",
    )
    INTERNAL = Spec(
        "ERR_500",
        500,
        "Something went wrong on our side. Quote the request id to support.",
        "서버 내부 오류가 발생했습니다. 요청 번호를 관리자에게 알려 주세요.",
    )
    UPSTREAM_UNAVAILABLE = Spec(
        "ERR_501",
        503,
        "A needed service does not answer. Please try again soon.",
        "필요한 서비스가 응답하지 않습니다. 잠시 후 다시 시도해 주세요.",
    )
    ARCHIVE_UNAVAILABLE = Spec(
        "ERR_502",
        503,
        "The image archive does not answer. Please try again soon.",
        "영상 저장소가 응답하지 않습니다. 잠시 후 다시 시도해 주세요.",
    )
    INFERENCE_UNAVAILABLE = Spec(
        "ERR_503",
        503,
        "The AI service does not answer.",
        "AI 서비스가 응답하지 않습니다.",
    )
    INFERENCE_FAILED = Spec(
        "ERR_504",
        502,
        "The AI service failed or returned an invalid result.",
        "AI 서비스에서 오류가 발생했거나 잘못된 결과를 반환했습니다.",
    )
    FHIR_UNAVAILABLE = Spec(
        "ERR_505", 503, "The FHIR server does not answer.", "FHIR 서버가 응답하지 않습니다."
    )
    FHIR_REJECTED = Spec(
        "ERR_506",
        502,
        "The FHIR server rejected the resources.",
        "FHIR 서버가 리소스를 거부했습니다.",
    )
    AUDIT_UNAVAILABLE = Spec(
        "ERR_507",
        503,
        "Access cannot be recorded now, so nothing is served.",
        "접근 기록을 남길 수 없어 영상을 제공하지 않습니다.",
    )


class AppError(Exception):
    """An error a person may see. ``detail`` holds identifiers only, never PHI."""

    def __init__(self, code: ErrorCode, detail: str = "", field: str | None = None) -> None:
        super().__init__(f"{code.value.code} {detail}".strip())
        self.code = code
        self.detail = detail
        self.field = field

    @property
    def status(self) -> int:
        return self.code.value.status

    def message(self, language: str) -> str:
        """The sentence for a person, Korean or English."""
        return self.code.value.ko if language.startswith("ko") else self.code.value.en


class AuthenticationError(AppError):
    """Who are you? 401."""


class PermissionDenied(AppError):
    """The object is seen, the action is not allowed. 403."""

    def __init__(self, detail: str = "", field: str | None = None) -> None:
        super().__init__(ErrorCode.PERMISSION_DENIED, detail, field)


class InvalidInput(AppError):
    """The request is wrong in itself. 400, 413, 415, 422."""


class NotFound(AppError):
    """Absent or not visible to this person: the two look alike. 404."""


class ConflictError(AppError):
    """Somebody else was first, or the precondition is missing. 409, 422, 428."""


class BusinessError(AppError):
    """The rules of the hospital forbid it now. 409, 422."""


class ExternalError(AppError):
    """A service outside this process failed. ``retryable`` tells whether waiting can help."""

    def __init__(self, code: ErrorCode, detail: str = "", *, retryable: bool = True) -> None:
        super().__init__(code, detail)
        self.retryable = retryable
