"""The error codes of the API: number, HTTP status and the text that the user reads.

A number is never used again for another error; a member may be renamed.
"""

from __future__ import annotations

from enum import Enum

from common.error_spec import Spec


class ErrorCode(Enum):
    """Every error code of the API. ``manage.py write_docs`` generates docs/errors.md from it."""

    NOT_AUTHENTICATED = Spec("ERR_001", 401, "Please log in.")
    TOKEN_INVALID = Spec(
        "ERR_002", 401, "The access token is invalid or has expired. Please log in again."
    )
    TOKEN_REVOKED = Spec("ERR_003", 401, "This session has ended. Please log in again.")
    CREDENTIALS_INVALID = Spec(
        "ERR_004", 401, "The username or password is wrong. Check both and log in again."
    )
    PERMISSION_DENIED = Spec(
        "ERR_005",
        403,
        "You do not have permission to do this. Ask an administrator if you need it.",
    )
    THROTTLED = Spec(
        "ERR_006",
        429,
        "There were too many attempts in a short time. Wait (Retry-After says how long), "
        "then try again.",
    )
    VALIDATION = Spec(
        "ERR_101",
        400,
        "The request contains a value that is not valid. Correct it and send the request again.",
    )
    MALFORMED = Spec(
        "ERR_102", 400, "The request is malformed and could not be read. Correct its format."
    )
    UNSUPPORTED_MEDIA = Spec(
        "ERR_103",
        415,
        "The content type of the request is not supported. Send one that the API "
        "documentation lists.",
    )
    REQUEST_TOO_LARGE = Spec(
        "ERR_104", 413, "The request is larger than allowed. Send fewer or smaller files."
    )
    NOT_ACCEPTABLE = Spec(
        "ERR_105",
        406,
        "The content is not available in any of the requested formats. Change the Accept header.",
    )
    METHOD_NOT_ALLOWED = Spec(
        "ERR_106",
        405,
        "This address does not support the HTTP method. Use one that the Allow header names.",
    )
    DICOM_UNREADABLE = Spec(
        "ERR_110", 400, "The file cannot be read as DICOM. Export it again from its source."
    )
    DICOM_INCOMPLETE = Spec(
        "ERR_111",
        400,
        "The DICOM file lacks a required identifier. Export it again from its source.",
    )
    DICOM_PATIENT_MISMATCH = Spec(
        "ERR_112",
        400,
        "The file does not belong to the expected patient. Check the patient and the file.",
    )
    ZIP_UNSAFE = Spec(
        "ERR_113",
        400,
        "The zip file or an entry in it is unreadable or unsafe. Create the zip file again.",
    )
    ZIP_TOO_LARGE = Spec(
        "ERR_114",
        400,
        "The contents of the zip file exceed the allowed size. Split it into smaller zip files.",
    )
    NO_FILE_STORED = Spec("ERR_115", 400, "No file was stored. Send at least one valid DICOM file.")
    FILE_TOO_LARGE = Spec(
        "ERR_116",
        413,
        "The file is larger than allowed and was not stored. Ask an administrator for help.",
    )
    DICOM_STUDY_MISMATCH = Spec(
        "ERR_117",
        400,
        "The file belongs to another study than the one in the address. Send it to its own study.",
    )
    DICOM_REFERENCE_UNKNOWN = Spec(
        "ERR_118",
        400,
        "The DICOM object refers to an image that was not found. Store that image first.",
    )
    LABELMAP_ENCODING = Spec(
        "ERR_120",
        400,
        "The labelmap is damaged or not in the required format. Save the segmentation again.",
    )
    LABELMAP_SIZE = Spec(
        "ERR_121",
        400,
        "The size of the labelmap does not match the series. Reload the series and edit it again.",
    )
    LABELMAP_SLICES = Spec(
        "ERR_122",
        400,
        "The slices of the labelmap do not match the series. Reload the series and edit it again.",
    )
    LABELMAP_LABEL = Spec(
        "ERR_123",
        400,
        "The labelmap contains a label that the segmentation does not declare. Use "
        "its labels only.",
    )
    IMPORT_UNREADABLE = Spec(
        "ERR_124",
        400,
        "The file cannot be imported. Choose a DICOM SEG, an RTSTRUCT or a NIfTI of these images.",
    )
    IMPORT_MISMATCH = Spec(
        "ERR_440",
        422,
        "The file does not belong to these images. Choose the study and series for "
        "which it was made.",
    )
    TEMPLATE_UNREADABLE = Spec(
        "ERR_127",
        400,
        "The file cannot be imported as a report template. Choose an MRRT template (HTML5) "
        "without scripts.",
    )
    DOCUMENT_UNREADABLE = Spec("ERR_141", 400, "It is no readable PNG, JPEG or PDF. Save it again.")
    DOCUMENT_ENCRYPTED = Spec("ERR_142", 400, "The PDF has a password. Save it without one.")
    DOCUMENT_TOO_LARGE = Spec(
        "ERR_143", 400, "The file is too large. Divide it or save it smaller."
    )
    PATIENT_NOT_FOUND = Spec(
        "ERR_201",
        404,
        "The patient was not found. It does not exist or you do not have access to it.",
    )
    STUDY_NOT_FOUND = Spec(
        "ERR_202",
        404,
        "The study was not found. It does not exist or you do not have access to it.",
    )
    SERIES_NOT_FOUND = Spec(
        "ERR_203",
        404,
        "The series was not found. It does not exist or you do not have access to it.",
    )
    INSTANCE_NOT_FOUND = Spec(
        "ERR_204",
        404,
        "The image was not found. It does not exist or you do not have access to it.",
    )
    ORDER_NOT_FOUND = Spec(
        "ERR_205",
        404,
        "The order was not found. It does not exist or you do not have access to it.",
    )
    AI_JOB_NOT_FOUND = Spec(
        "ERR_206",
        404,
        "The AI job was not found. It does not exist or you do not have access to it.",
    )
    SEGMENTATION_NOT_FOUND = Spec(
        "ERR_207",
        404,
        "The segmentation was not found. It does not exist or you do not have access to it.",
    )
    MODEL_NOT_FOUND = Spec(
        "ERR_208", 404, "The AI model was not found. Choose one from the list of models."
    )
    USER_NOT_FOUND = Spec("ERR_209", 404, "The user was not found. Check the username or id.")
    GRANT_NOT_FOUND = Spec("ERR_210", 404, "The share was not found. It may already have ended.")
    SESSION_NOT_FOUND = Spec(
        "ERR_211", 404, "The session was not found. It may already have ended."
    )
    GLASS_NOT_FOUND = Spec(
        "ERR_212", 404, "The emergency access was not found. It may already have ended."
    )
    ROLE_NOT_FOUND = Spec("ERR_213", 404, "The role was not found. It may have been retired.")
    TREATMENT_NOT_FOUND = Spec(
        "ERR_230",
        404,
        "The treatment record was not found. It does not exist or you do not have access to it.",
    )
    WORKLIST_FILTER_NOT_FOUND = Spec(
        "ERR_214", 404, "The saved filter was not found. It may have been deleted already."
    )
    RECORD_NOT_FOUND = Spec("ERR_220", 404, "The entry was not found. Reload.")
    WARD_NOT_FOUND = Spec(
        "ERR_250", 404, "The ward was not found. Choose one from the list of wards."
    )
    ORDER_SET_NOT_FOUND = Spec(
        "ERR_240", 404, "The order set was not found. Choose one of the list of order sets."
    )
    RESULT_SCHEMA_NOT_FOUND = Spec(
        "ERR_241", 404, "There is no form for results of this type. Enter the result as free items."
    )
    LAB_ITEM_NOT_FOUND = Spec(
        "ERR_242", 404, "This was not found in the laboratory. Check the number or reload the list."
    )
    REPORT_NOT_FOUND = Spec(
        "ERR_260",
        404,
        "The report was not found. It does not exist or you do not have access to it.",
    )
    TEMPLATE_NOT_FOUND = Spec(
        "ERR_261", 404, "The report template was not found. Choose one from the list of templates."
    )
    ROUTE_NOT_FOUND = Spec("ERR_299", 404, "Nothing was found at this address. Check the address.")
    VERSION_CONFLICT = Spec(
        "ERR_301",
        409,
        "Someone else has changed this record. Reload it and make your change again.",
    )
    DUPLICATE = Spec("ERR_302", 409, "A record with this value already exists. Use another value.")
    IDEMPOTENCY_IN_PROGRESS = Spec(
        "ERR_303", 409, "The same request is still being processed. Wait for it to finish."
    )
    IDEMPOTENCY_MISMATCH = Spec(
        "ERR_304",
        422,
        "This idempotency key was already used for a different request. Send a new key.",
    )
    SOP_INSTANCE_CONFLICT = Spec(
        "ERR_305",
        409,
        "The UID is already used for different content in the archive. Nothing was overwritten.",
    )
    PRECONDITION_REQUIRED = Spec(
        "ERR_306",
        428,
        "The request needs an If-Match header. Send the ETag of the version that you read.",
    )
    PATIENT_MERGED = Spec(
        "ERR_307", 409, "This patient record was merged into another one. Open that record instead."
    )
    STUDY_LOCKED = Spec(
        "ERR_308",
        409,
        "A colleague is reading this study. Choose another one, or take it over with a reason.",
    )
    INVALID_TRANSITION = Spec(
        "ERR_401",
        409,
        "The current state does not allow this action. Reload to see the current state.",
    )
    ALREADY_REVIEWED = Spec(
        "ERR_402", 409, "This AI result has already been reviewed. Reload to see the decision."
    )
    MODEL_REFUSED_INPUT = Spec(
        "ERR_403",
        422,
        "The AI model cannot analyze these images. Choose another series or another model.",
    )
    STUDY_UNMATCHED = Spec(
        "ERR_404", 422, "The study is not matched to a patient. Match it to a patient first."
    )
    SOURCES_MOVED = Spec(
        "ERR_441",
        422,
        "What this result rests on is filed under another patient now. Reject it, and request it "
        "anew from the right patient's data.",
    )
    SEGMENTATION_EMPTY = Spec(
        "ERR_405",
        422,
        "The segmentation is empty and cannot be approved. Edit it or reject the result.",
    )
    SERIES_NOT_A_VOLUME = Spec(
        "ERR_407",
        422,
        "The images of this series do not form a volume. Choose a series of parallel slices.",
    )
    GLASS_LIMIT = Spec(
        "ERR_408",
        409,
        "Emergency access to this patient was used as often as is allowed without a "
        "review. Ask an administrator to review it.",
    )
    PRESCRIPTION_WARNED = Spec("ERR_420", 409, "Acknowledge the warnings, with a reason.")
    BED_OCCUPIED = Spec(
        "ERR_430",
        409,
        "The bed is occupied, or the patient already has one. Reload the ward and choose again.",
    )
    BED_IN_USE = Spec(
        "ERR_432", 409, "A patient lies in a bed that would go. Transfer or discharge them first."
    )
    LAST_OF_CARE_TEAM = Spec(
        "ERR_431",
        409,
        "A restricted patient needs somebody in the care team. Add another member first.",
    )
    GLASS_REVIEWED = Spec(
        "ERR_409",
        409,
        "This emergency access has already been reviewed. Reload to see the outcome.",
    )
    ROLE_HELD = Spec(
        "ERR_410", 409, "There are users with this role. Give them another role first."
    )
    LAST_ADMINISTRATOR = Spec(
        "ERR_411",
        409,
        "Nobody else manages users and roles. Give another user both permissions first.",
    )
    MERGE_REFUSED = Spec(
        "ERR_412",
        409,
        "These two patient records cannot be merged. Open the preview to see what "
        "stands in the way.",
    )
    SECOND_PERSON = Spec(
        "ERR_413", 403, "You proposed this merge. Another person has to confirm it."
    )
    MERGE_UNDO_OVER = Spec("ERR_414", 409, "The merge is too long ago to be undone.")
    OWN_CONSULTATION = Spec(
        "ERR_415", 403, "You asked for this consultation. Another doctor has to answer it."
    )
    UNVERIFIED_RESULT = Spec(
        "ERR_416",
        409,
        "Another person verifies a laboratory result before it is out. Enter it in the laboratory.",
    )
    AI_QUEUE_LIMIT = Spec(
        "ERR_450",
        409,
        "You have as many AI analyses in the queue as one person may have. Wait until one has "
        "finished, or cancel one.",
    )
    AI_RULE_IN_USE = Spec(
        "ERR_451",
        409,
        "This rule has started AI analyses, which name it. Switch it off instead of deleting it.",
    )
    REPORT_EMPTY = Spec(
        "ERR_460", 422, "The report is empty. Write the findings and the impression first."
    )
    REPORT_INCOMPLETE = Spec(
        "ERR_461",
        422,
        "The report lacks something that its template requires. Fill it in, then sign again.",
    )
    REPORT_SIGNED = Spec(
        "ERR_462", 409, "The report is signed and cannot be changed. Write an amendment instead."
    )
    REPORT_EXISTS = Spec(
        "ERR_463", 409, "Somebody has begun this report already. Open that one to go on."
    )
    PASSWORD_WRONG = Spec(
        "ERR_464", 403, "The password is wrong, so nothing was signed. Enter your own password."
    )
    REPORT_MOVED = Spec(
        "ERR_466",
        409,
        "The study was moved to another patient after this text was written. Check the text for "
        "that patient first.",
    )
    REGISTRATION_NOT_FOUND = Spec("ERR_270", 404, "Registration not found. Reload the list.")
    REGISTRATION_SAME_SERIES = Spec("ERR_470", 422, "The series are the same. Choose another one.")
    REGISTRATION_TWO_PATIENTS = Spec("ERR_471", 422, "The patients differ. Choose series of one.")
    REGISTRATION_IMPOSSIBLE = Spec(
        "ERR_472", 422, "The series could not be registered. Choose series of the same body part."
    )
    REGISTRATION_NO_FRAME = Spec("ERR_473", 422, "No frame of reference is named. Choose another.")
    INTERNAL = Spec(
        "ERR_500",
        500,
        "An internal error occurred and the request failed. Report the request id to support.",
    )
    UPSTREAM_UNAVAILABLE = Spec(
        "ERR_501", 503, "A required service is not available. Try again in a few minutes."
    )
    ARCHIVE_UNAVAILABLE = Spec(
        "ERR_502", 503, "The image archive is not available. Try again in a few minutes."
    )
    INFERENCE_UNAVAILABLE = Spec(
        "ERR_503", 503, "The AI service is not available. Try again in a few minutes."
    )
    INFERENCE_FAILED = Spec(
        "ERR_504", 502, "The AI service failed or returned an invalid result. Report it to support."
    )
    FHIR_UNAVAILABLE = Spec(
        "ERR_505", 503, "The FHIR server is not available. Try again in a few minutes."
    )
    FHIR_REJECTED = Spec(
        "ERR_506", 502, "The FHIR server rejected the resources. Report it to support."
    )
    AUDIT_UNAVAILABLE = Spec(
        "ERR_507",
        503,
        "The access could not be recorded in the audit log, so it was refused. Try "
        "again in a few minutes.",
    )
