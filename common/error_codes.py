"""The error codes of the API: number, HTTP status and the text that the user reads.

A number is never used again for another error; a member may be renamed.
"""

from __future__ import annotations

from enum import Enum

from common.error_spec import Spec


class ErrorCode(Enum):
    """Every error code of the API. ``manage.py write_docs`` generates docs/errors.md from it."""

    NOT_AUTHENTICATED = Spec(
        "ERR_001", 401, "Please log in.", "로그인이 필요합니다. 로그인해 주세요."
    )
    TOKEN_INVALID = Spec(
        "ERR_002",
        401,
        "The access token is invalid or has expired. Please log in again.",
        "로그인 정보가 유효하지 않거나 만료되었습니다. 다시 로그인해 주세요.",
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
        "The username or password is wrong. Check both and log in again.",
        "아이디 또는 비밀번호가 올바르지 않습니다. 확인 후 다시 로그인해 주세요.",
    )
    PERMISSION_DENIED = Spec(
        "ERR_005",
        403,
        "You do not have permission to do this. Ask an administrator if you need it.",
        "이 작업을 수행할 권한이 없습니다. 권한이 필요하면 관리자에게 문의해 주세요.",
    )
    THROTTLED = Spec(
        "ERR_006",
        429,
        "There were too many failed attempts. Wait (Retry-After says how long), then try again.",
        "실패 횟수가 너무 많습니다. 잠시 후(Retry-After 참고) 다시 시도해 주세요.",
    )
    VALIDATION = Spec(
        "ERR_101",
        400,
        "The request contains a value that is not valid. Correct it and send the request again.",
        "입력값이 올바르지 않습니다. 수정한 후 다시 요청해 주세요.",
    )
    MALFORMED = Spec(
        "ERR_102",
        400,
        "The request is malformed and could not be read. Correct its format.",
        "요청 형식이 올바르지 않아 처리할 수 없습니다. 형식을 확인해 주세요.",
    )
    UNSUPPORTED_MEDIA = Spec(
        "ERR_103",
        415,
        "The content type of the request is not supported. "
        "Send one that the API documentation lists.",
        "지원하지 않는 콘텐츠 형식의 요청입니다. API 문서에 있는 형식으로 보내 주세요.",
    )
    REQUEST_TOO_LARGE = Spec(
        "ERR_104",
        413,
        "The request is larger than allowed. Send fewer or smaller files.",
        "요청 크기가 허용 한도를 초과했습니다. 파일 수나 크기를 줄여 주세요.",
    )
    NOT_ACCEPTABLE = Spec(
        "ERR_105",
        406,
        "The content is not available in any of the requested formats. Change the Accept header.",
        "요청한 형식으로는 제공할 수 없습니다. Accept 헤더를 변경해 주세요.",
    )
    METHOD_NOT_ALLOWED = Spec(
        "ERR_106",
        405,
        "This address does not support the HTTP method. Use one that the Allow header names.",
        "이 주소에서 지원하지 않는 HTTP 메서드입니다. Allow 헤더에 있는 메서드를 사용해 주세요.",
    )
    DICOM_UNREADABLE = Spec(
        "ERR_110",
        400,
        "The file cannot be read as DICOM. Export it again from its source.",
        "DICOM 파일로 읽을 수 없습니다. 원본 장비나 시스템에서 다시 내보내 주세요.",
    )
    DICOM_INCOMPLETE = Spec(
        "ERR_111",
        400,
        "The DICOM file lacks a required identifier. Export it again from its source.",
        "DICOM 파일에 필수 식별자가 없습니다. 원본 장비나 시스템에서 다시 내보내 주세요.",
    )
    DICOM_PATIENT_MISMATCH = Spec(
        "ERR_112",
        400,
        "The file does not belong to the expected patient. Check the patient and the file.",
        "파일의 환자가 지정한 환자와 일치하지 않습니다. 환자와 파일을 확인해 주세요.",
    )
    ZIP_UNSAFE = Spec(
        "ERR_113",
        400,
        "The zip file or an entry in it is unreadable or unsafe. Create the zip file again.",
        "압축 파일(zip)에 읽을 수 없거나 안전하지 않은 항목이 있습니다. 다시 압축해 주세요.",
    )
    ZIP_TOO_LARGE = Spec(
        "ERR_114",
        400,
        "The contents of the zip file exceed the allowed size. Split it into smaller zip files.",
        "압축 파일(zip)의 압축을 푼 크기가 허용 한도를 초과합니다. 나누어 압축해 주세요.",
    )
    NO_FILE_STORED = Spec(
        "ERR_115",
        400,
        "No file was stored. Send at least one valid DICOM file.",
        "저장된 파일이 없습니다. 올바른 DICOM 파일을 하나 이상 보내 주세요.",
    )
    FILE_TOO_LARGE = Spec(
        "ERR_116",
        413,
        "The file is larger than allowed and was not stored. Ask an administrator for help.",
        "파일 크기가 허용 한도를 초과하여 저장하지 않았습니다. 관리자에게 문의해 주세요.",
    )
    DICOM_STUDY_MISMATCH = Spec(
        "ERR_117",
        400,
        "The file belongs to another study than the one in the address. Send it to its own study.",
        "파일의 영상 검사가 요청 주소의 영상 검사와 다릅니다. 해당 검사의 주소로 보내 주세요.",
    )
    DICOM_REFERENCE_UNKNOWN = Spec(
        "ERR_118",
        400,
        "The DICOM object refers to an image that was not found. Store that image first.",
        "DICOM 객체가 참조하는 영상을 찾을 수 없습니다. 해당 영상을 먼저 저장해 주세요.",
    )
    LABELMAP_ENCODING = Spec(
        "ERR_120",
        400,
        "The labelmap is damaged or not in the required format. Save the segmentation again.",
        "레이블맵이 손상되었거나 형식이 올바르지 않습니다. 분할을 다시 저장해 주세요.",
    )
    LABELMAP_SIZE = Spec(
        "ERR_121",
        400,
        "The size of the labelmap does not match the series. Reload the series and edit it again.",
        "레이블맵의 크기가 시리즈와 일치하지 않습니다. 시리즈를 다시 불러온 후 수정해 주세요.",
    )
    LABELMAP_SLICES = Spec(
        "ERR_122",
        400,
        "The slices of the labelmap do not match the series. Reload the series and edit it again.",
        "레이블맵의 슬라이스가 시리즈와 일치하지 않습니다. 시리즈를 다시 불러온 후 수정해 주세요.",
    )
    LABELMAP_LABEL = Spec(
        "ERR_123",
        400,
        "The labelmap contains a label that the segmentation does not declare. "
        "Use its labels only.",
        "레이블맵에 분할에 정의되지 않은 레이블이 있습니다. 정의된 레이블만 사용해 주세요.",
    )
    PATIENT_NOT_FOUND = Spec(
        "ERR_201",
        404,
        "The patient was not found. It does not exist or you do not have access to it.",
        "환자를 찾을 수 없습니다. 존재하지 않거나 조회 권한이 없습니다.",
    )
    STUDY_NOT_FOUND = Spec(
        "ERR_202",
        404,
        "The study was not found. It does not exist or you do not have access to it.",
        "영상 검사를 찾을 수 없습니다. 존재하지 않거나 조회 권한이 없습니다.",
    )
    SERIES_NOT_FOUND = Spec(
        "ERR_203",
        404,
        "The series was not found. It does not exist or you do not have access to it.",
        "시리즈를 찾을 수 없습니다. 존재하지 않거나 조회 권한이 없습니다.",
    )
    INSTANCE_NOT_FOUND = Spec(
        "ERR_204",
        404,
        "The image was not found. It does not exist or you do not have access to it.",
        "영상을 찾을 수 없습니다. 존재하지 않거나 조회 권한이 없습니다.",
    )
    ORDER_NOT_FOUND = Spec(
        "ERR_205",
        404,
        "The order was not found. It does not exist or you do not have access to it.",
        "오더를 찾을 수 없습니다. 존재하지 않거나 조회 권한이 없습니다.",
    )
    AI_JOB_NOT_FOUND = Spec(
        "ERR_206",
        404,
        "The AI job was not found. It does not exist or you do not have access to it.",
        "AI 작업을 찾을 수 없습니다. 존재하지 않거나 조회 권한이 없습니다.",
    )
    SEGMENTATION_NOT_FOUND = Spec(
        "ERR_207",
        404,
        "The segmentation was not found. It does not exist or you do not have access to it.",
        "분할을 찾을 수 없습니다. 존재하지 않거나 조회 권한이 없습니다.",
    )
    MODEL_NOT_FOUND = Spec(
        "ERR_208",
        404,
        "The AI model was not found. Choose one from the list of models.",
        "AI 모델을 찾을 수 없습니다. 목록에 있는 모델을 선택해 주세요.",
    )
    USER_NOT_FOUND = Spec(
        "ERR_209",
        404,
        "The user was not found. Check the username or id.",
        "사용자를 찾을 수 없습니다. 아이디를 확인해 주세요.",
    )
    GRANT_NOT_FOUND = Spec(
        "ERR_210",
        404,
        "The share was not found. It may already have ended.",
        "공유를 찾을 수 없습니다. 이미 종료되었을 수 있습니다.",
    )
    SESSION_NOT_FOUND = Spec(
        "ERR_211",
        404,
        "The session was not found. It may already have ended.",
        "세션을 찾을 수 없습니다. 이미 종료되었을 수 있습니다.",
    )
    GLASS_NOT_FOUND = Spec(
        "ERR_212",
        404,
        "The emergency access was not found. It may already have ended.",
        "응급 열람을 찾을 수 없습니다. 이미 종료되었을 수 있습니다.",
    )
    ROLE_NOT_FOUND = Spec(
        "ERR_213",
        404,
        "The role was not found. It may have been retired.",
        "역할을 찾을 수 없습니다. 이미 폐지되었을 수 있습니다.",
    )
    TREATMENT_NOT_FOUND = Spec(
        "ERR_230",
        404,
        "The treatment record was not found. It does not exist or you do not have access to it.",
        "치료 또는 추적 관찰 기록을 찾을 수 없습니다. 존재하지 않거나 조회 권한이 없습니다.",
    )
    RECORD_NOT_FOUND = Spec(
        "ERR_220", 404, "The entry was not found. Reload.", "기록이 없습니다. 새로 고쳐 주세요."
    )
    WARD_NOT_FOUND = Spec(
        "ERR_250",
        404,
        "The ward was not found. Choose one from the list of wards.",
        "병동을 찾을 수 없습니다. 병동 목록에서 선택해 주세요.",
    )
    ORDER_SET_NOT_FOUND = Spec(
        "ERR_240",
        404,
        "The order set was not found. Choose one of the list of order sets.",
        "오더 세트를 찾을 수 없습니다. 오더 세트 목록에서 선택해 주세요.",
    )
    RESULT_SCHEMA_NOT_FOUND = Spec(
        "ERR_241",
        404,
        "There is no form for results of this type. Enter the result as free items.",
        "이 유형에는 정해진 결과 양식이 없습니다. 결과를 자유 항목으로 입력해 주세요.",
    )
    LAB_ITEM_NOT_FOUND = Spec(
        "ERR_242",
        404,
        "This was not found in the laboratory. Check the number or reload the list.",
        "진단검사에서 해당 항목을 찾을 수 없습니다. 번호를 확인하거나 목록을 새로고침해 주세요.",
    )
    ROUTE_NOT_FOUND = Spec(
        "ERR_299",
        404,
        "Nothing was found at this address. Check the address.",
        "요청한 주소를 찾을 수 없습니다. 주소를 확인해 주세요.",
    )
    VERSION_CONFLICT = Spec(
        "ERR_301",
        409,
        "Someone else has changed this record. Reload it and make your change again.",
        "다른 사용자가 먼저 수정했습니다. 새로고침한 후 다시 수정해 주세요.",
    )
    DUPLICATE = Spec(
        "ERR_302",
        409,
        "A record with this value already exists. Use another value.",
        "같은 값으로 등록된 항목이 이미 있습니다. 다른 값을 입력해 주세요.",
    )
    IDEMPOTENCY_IN_PROGRESS = Spec(
        "ERR_303",
        409,
        "The same request is still being processed. Wait for it to finish.",
        "동일한 요청을 처리하고 있습니다. 완료될 때까지 기다려 주세요.",
    )
    IDEMPOTENCY_MISMATCH = Spec(
        "ERR_304",
        422,
        "This idempotency key was already used for a different request. Send a new key.",
        "이 멱등성 키(X-Idempotency-Key)는 다른 요청에 이미 사용되었습니다. 새 키를 사용해 주세요.",
    )
    SOP_INSTANCE_CONFLICT = Spec(
        "ERR_305",
        409,
        "The UID is already used for different content in the archive. Nothing was overwritten.",
        "같은 UID로 다른 영상이 이미 저장되어 있습니다. 기존 영상은 변경되지 않았습니다.",
    )
    PRECONDITION_REQUIRED = Spec(
        "ERR_306",
        428,
        "The request needs an If-Match header. Send the ETag of the version that you read.",
        "If-Match 헤더가 필요합니다. 조회한 버전의 ETag를 보내 주세요.",
    )
    PATIENT_MERGED = Spec(
        "ERR_307",
        409,
        "This patient record was merged into another one. Open that record instead.",
        "다른 환자 기록과 병합된 기록입니다. 병합된 환자 기록을 열어 주세요.",
    )
    INVALID_TRANSITION = Spec(
        "ERR_401",
        409,
        "The current state does not allow this action. Reload to see the current state.",
        "현재 상태에서는 수행할 수 없는 작업입니다. 새로고침하여 상태를 확인해 주세요.",
    )
    ALREADY_REVIEWED = Spec(
        "ERR_402",
        409,
        "This AI result has already been reviewed. Reload to see the decision.",
        "이미 검토된 AI 결과입니다. 새로고침하여 검토 결과를 확인해 주세요.",
    )
    MODEL_REFUSED_INPUT = Spec(
        "ERR_403",
        422,
        "The AI model cannot analyze these images. Choose another series or another model.",
        "이 AI 모델로 분석할 수 없는 영상입니다. 다른 시리즈나 모델을 선택해 주세요.",
    )
    STUDY_UNMATCHED = Spec(
        "ERR_404",
        422,
        "The study is not matched to a patient. Match it to a patient first.",
        "환자와 매칭되지 않은 영상 검사입니다. 먼저 환자를 매칭해 주세요.",
    )
    SEGMENTATION_EMPTY = Spec(
        "ERR_405",
        422,
        "The segmentation is empty and cannot be approved. Edit it or reject the result.",
        "분할이 비어 있어 승인할 수 없습니다. 분할을 수정하거나 결과를 반려해 주세요.",
    )
    SERIES_NOT_A_VOLUME = Spec(
        "ERR_407",
        422,
        "The images of this series do not form a volume. Choose a series of parallel slices.",
        "시리즈의 영상이 볼륨을 이루지 않습니다. "
        "평행한 슬라이스로 이루어진 시리즈를 선택해 주세요.",
    )
    GLASS_LIMIT = Spec(
        "ERR_408",
        409,
        "Emergency access to this patient was used as often as is allowed without a review. "
        "Ask an administrator to review it.",
        "이 환자의 응급 열람 횟수가 검토 없이 허용되는 한도에 도달했습니다. "
        "관리자에게 검토를 요청해 주세요.",
    )
    PRESCRIPTION_WARNED = Spec(
        "ERR_420",
        409,
        "Acknowledge the warnings, with a reason.",
        "경고를 확인한 사유를 입력해 주세요.",
    )
    BED_OCCUPIED = Spec(
        "ERR_430",
        409,
        "The bed is occupied, or the patient already has one. Reload the ward and choose again.",
        "이미 사용 중인 병상이거나 환자에게 이미 배정된 병상이 있습니다. "
        "새로고침한 후 다시 선택해 주세요.",
    )
    LAST_OF_CARE_TEAM = Spec(
        "ERR_431",
        409,
        "A restricted patient needs somebody in the care team. Add another member first.",
        "열람 제한 환자에게는 진료팀 구성원이 한 명 이상 필요합니다. "
        "다른 구성원을 먼저 추가해 주세요.",
    )
    GLASS_REVIEWED = Spec(
        "ERR_409",
        409,
        "This emergency access has already been reviewed. Reload to see the outcome.",
        "이미 검토된 응급 열람입니다. 새로고침하여 검토 결과를 확인해 주세요.",
    )
    ROLE_HELD = Spec(
        "ERR_410",
        409,
        "There are users with this role. Give them another role first.",
        "이 역할을 가진 사용자가 있습니다. 먼저 다른 역할로 변경해 주세요.",
    )
    LAST_ADMINISTRATOR = Spec(
        "ERR_411",
        409,
        "Nobody else manages users and roles. Give another user both permissions first.",
        "사용자와 역할을 관리할 다른 사용자가 없습니다. 먼저 두 권한을 부여해 주세요.",
    )
    MERGE_REFUSED = Spec(
        "ERR_412",
        409,
        "These two patient records cannot be merged. Open the preview to see what stands in the "
        "way.",
        "두 환자 기록을 병합할 수 없습니다. 미리 보기에서 사유를 확인해 주세요.",
    )
    SECOND_PERSON = Spec(
        "ERR_413",
        403,
        "You proposed this merge. Another person has to confirm it.",
        "본인이 제안한 병합입니다. 다른 사람이 확인해야 합니다.",
    )
    MERGE_UNDO_OVER = Spec(
        "ERR_414",
        409,
        "The merge is too long ago to be undone.",
        "병합을 취소할 수 있는 기간이 지났습니다.",
    )
    INTERNAL = Spec(
        "ERR_500",
        500,
        "An internal error occurred and the request failed. Report the request id to support.",
        "서버 내부 오류로 요청을 처리하지 못했습니다. 요청 번호를 관리자에게 알려 주세요.",
    )
    UPSTREAM_UNAVAILABLE = Spec(
        "ERR_501",
        503,
        "A required service is not available. Try again in a few minutes.",
        "필요한 서비스에 연결할 수 없습니다. 잠시 후 다시 시도해 주세요.",
    )
    ARCHIVE_UNAVAILABLE = Spec(
        "ERR_502",
        503,
        "The image archive is not available. Try again in a few minutes.",
        "영상 저장소(PACS)에 연결할 수 없습니다. 잠시 후 다시 시도해 주세요.",
    )
    INFERENCE_UNAVAILABLE = Spec(
        "ERR_503",
        503,
        "The AI service is not available. Try again in a few minutes.",
        "AI 서비스에 연결할 수 없습니다. 잠시 후 다시 시도해 주세요.",
    )
    INFERENCE_FAILED = Spec(
        "ERR_504",
        502,
        "The AI service failed or returned an invalid result. Report it to support.",
        "AI 서비스에서 오류가 발생했거나 올바르지 않은 결과를 반환했습니다. "
        "관리자에게 알려 주세요.",
    )
    FHIR_UNAVAILABLE = Spec(
        "ERR_505",
        503,
        "The FHIR server is not available. Try again in a few minutes.",
        "FHIR 서버에 연결할 수 없습니다. 잠시 후 다시 시도해 주세요.",
    )
    FHIR_REJECTED = Spec(
        "ERR_506",
        502,
        "The FHIR server rejected the resources. Report it to support.",
        "FHIR 서버가 리소스를 거부했습니다. 관리자에게 알려 주세요.",
    )
    AUDIT_UNAVAILABLE = Spec(
        "ERR_507",
        503,
        "The access could not be recorded in the audit log, so it was refused. "
        "Try again in a few minutes.",
        "접근 기록을 저장할 수 없어 요청을 처리하지 않았습니다. 잠시 후 다시 시도해 주세요.",
    )
