"""The texts of the error codes in English, by number."""

from __future__ import annotations

ENGLISH = {
    "ERR_001": "Please log in.",
    "ERR_002": "The access token is invalid or has expired. Please log in again.",
    "ERR_003": "This session has ended. Please log in again.",
    "ERR_004": "The username or password is wrong. Check both and log in again.",
    "ERR_005": "You do not have permission to do this. Ask an administrator if you need it.",
    "ERR_006": (
        "There were too many attempts in a short time. Wait (Retry-After says how long), then "
        "try again."
    ),
    "ERR_101": (
        "The request contains a value that is not valid. Correct it and send the request again."
    ),
    "ERR_102": "The request is malformed and could not be read. Correct its format.",
    "ERR_103": (
        "The content type of the request is not supported. Send one that the API documentation "
        "lists."
    ),
    "ERR_104": "The request is larger than allowed. Send fewer or smaller files.",
    "ERR_105": (
        "The content is not available in any of the requested formats. Change the Accept header."
    ),
    "ERR_106": (
        "This address does not support the HTTP method. Use one that the Allow header names."
    ),
    "ERR_110": "The file cannot be read as DICOM. Export it again from its source.",
    "ERR_111": "The DICOM file lacks a required identifier. Export it again from its source.",
    "ERR_112": "The file does not belong to the expected patient. Check the patient and the file.",
    "ERR_113": "The zip file or an entry in it is unreadable or unsafe. Create the zip file again.",
    "ERR_114": (
        "The contents of the zip file exceed the allowed size. Split it into smaller zip files."
    ),
    "ERR_115": "No file was stored. Send at least one valid DICOM file.",
    "ERR_116": "The file is larger than allowed and was not stored. Ask an administrator for help.",
    "ERR_117": (
        "The file belongs to another study than the one in the address. Send it to its own study."
    ),
    "ERR_118": "The DICOM object refers to an image that was not found. Store that image first.",
    "ERR_120": (
        "The labelmap is damaged or not in the required format. Save the segmentation again."
    ),
    "ERR_121": (
        "The size of the labelmap does not match the series. Reload the series and edit it again."
    ),
    "ERR_122": (
        "The slices of the labelmap do not match the series. Reload the series and edit it again."
    ),
    "ERR_123": (
        "The labelmap contains a label that the segmentation does not declare. Use its labels only."
    ),
    "ERR_124": (
        "The file cannot be imported. Choose a DICOM SEG, an RTSTRUCT or a NIfTI of these images."
    ),
    "ERR_127": (
        "The file cannot be imported as a report template. Choose an MRRT template (HTML5) "
        "without scripts."
    ),
    "ERR_141": "It is no readable PNG, JPEG or PDF. Save it again.",
    "ERR_142": "The PDF has a password. Save it without one.",
    "ERR_143": "The file is too large. Divide it or save it smaller.",
    "ERR_150": (
        "The service needs data about the person or the patient that were not sent along. Send the "
        "prefetch that the field names."
    ),
    "ERR_201": "The patient was not found. It does not exist or you do not have access to it.",
    "ERR_202": "The study was not found. It does not exist or you do not have access to it.",
    "ERR_203": "The series was not found. It does not exist or you do not have access to it.",
    "ERR_204": "The image was not found. It does not exist or you do not have access to it.",
    "ERR_205": "The order was not found. It does not exist or you do not have access to it.",
    "ERR_206": "The AI job was not found. It does not exist or you do not have access to it.",
    "ERR_207": "The segmentation was not found. It does not exist or you do not have access to it.",
    "ERR_208": "The AI model was not found. Choose one from the list of models.",
    "ERR_209": "The user was not found. Check the username or id.",
    "ERR_210": "The share was not found. It may already have ended.",
    "ERR_211": "The session was not found. It may already have ended.",
    "ERR_212": "The emergency access was not found. It may already have ended.",
    "ERR_213": "The role was not found. It may have been retired.",
    "ERR_214": "The saved filter was not found. It may have been deleted already.",
    "ERR_220": "The entry was not found. Reload.",
    "ERR_230": (
        "The treatment record was not found. It does not exist or you do not have access to it."
    ),
    "ERR_240": "The order set was not found. Choose one of the list of order sets.",
    "ERR_241": "There is no form for results of this type. Enter the result as free items.",
    "ERR_242": "This was not found in the laboratory. Check the number or reload the list.",
    "ERR_250": "The ward was not found. Choose one from the list of wards.",
    "ERR_260": "The report was not found. It does not exist or you do not have access to it.",
    "ERR_261": "The report template was not found. Choose one from the list of templates.",
    "ERR_270": "The registration was not found. It does not exist or you do not have access to it.",
    "ERR_299": "Nothing was found at this address. Check the address.",
    "ERR_301": "Someone else has changed this record. Reload it and make your change again.",
    "ERR_302": "A record with this value already exists. Use another value.",
    "ERR_303": "The same request is still being processed. Wait for it to finish.",
    "ERR_304": "This idempotency key was already used for a different request. Send a new key.",
    "ERR_305": (
        "The UID is already used for different content in the archive. Nothing was overwritten."
    ),
    "ERR_306": "The request needs an If-Match header. Send the ETag of the version that you read.",
    "ERR_307": "This patient record was merged into another one. Open that record instead.",
    "ERR_308": (
        "A colleague is reading this study. Choose another one, or take it over with a reason."
    ),
    "ERR_401": "The current state does not allow this action. Reload to see the current state.",
    "ERR_402": "This AI result has already been reviewed. Reload to see the decision.",
    "ERR_403": "The AI model cannot analyze these images. Choose another series or another model.",
    "ERR_404": "The study is not matched to a patient. Match it to a patient first.",
    "ERR_405": "The segmentation is empty and cannot be approved. Edit it or reject the result.",
    "ERR_407": (
        "The images of this series do not form a volume. Choose a series of parallel slices."
    ),
    "ERR_408": (
        "Emergency access to this patient was used as often as is allowed without a review. Ask"
        " an administrator to review it."
    ),
    "ERR_409": "This emergency access has already been reviewed. Reload to see the outcome.",
    "ERR_410": "There are users with this role. Give them another role first.",
    "ERR_411": "Nobody else manages users and roles. Give another user both permissions first.",
    "ERR_412": (
        "These two patient records cannot be merged. Open the preview to see what stands in the"
        " way."
    ),
    "ERR_413": "You proposed this merge. Another person has to confirm it.",
    "ERR_414": "The merge is too long ago to be undone.",
    "ERR_415": "You asked for this consultation. Another doctor has to answer it.",
    "ERR_416": (
        "Another person verifies a laboratory result before it is out. Enter it in the laboratory."
    ),
    "ERR_420": "Acknowledge the warnings, with a reason.",
    "ERR_430": (
        "The bed is occupied, or the patient already has one. Reload the ward and choose again."
    ),
    "ERR_431": "A restricted patient needs somebody in the care team. Add another member first.",
    "ERR_432": "A patient lies in a bed that would go. Transfer or discharge them first.",
    "ERR_440": (
        "The file does not belong to these images. Choose the study and series for which it was"
        " made."
    ),
    "ERR_441": (
        "What this result rests on is filed under another patient now. Reject it, and request "
        "it anew from the right patient's data."
    ),
    "ERR_442": (
        "The model needs values that are not on record. Enter them, or order what would give them."
    ),
    "ERR_443": (
        "Nothing was outlined from this drawing. Draw a box around the lesion, or click on it."
    ),
    "ERR_445": "The series cannot be moved. See why, and choose anew.",
    "ERR_450": (
        "You have as many AI analyses in the queue as one person may have. Wait until one has "
        "finished, or cancel one."
    ),
    "ERR_451": (
        "This rule has started AI analyses, which name it. Switch it off instead of deleting it."
    ),
    "ERR_460": "The report is empty. Write the findings and the impression first.",
    "ERR_461": (
        "The report lacks something that its template requires. Fill it in, then sign again."
    ),
    "ERR_462": "The report is signed and cannot be changed. Write an amendment instead.",
    "ERR_463": "Somebody has begun this report already. Open that one to go on.",
    "ERR_464": "The password is wrong, so nothing was signed. Enter your own password.",
    "ERR_466": (
        "The study was moved to another patient after this text was written. Check the text for"
        " that patient first."
    ),
    "ERR_470": "The series are the same. Choose another one.",
    "ERR_471": "The series are of different patients. Choose two of one patient.",
    "ERR_472": "The series could not be registered. Choose series of the same body part.",
    "ERR_473": "The series names no frame of reference. Choose another one.",
    "ERR_474": (
        "You have as many registrations under way as one person may have. Wait until one has "
        "finished."
    ),
    "ERR_480": (
        "The segmentation is not approved, or its approval was withdrawn. Only approved ones are "
        "compared: review it first."
    ),
    "ERR_481": "The segmentations belong to two patients. Compare two of one patient.",
    "ERR_482": (
        "The series lie in different frames of reference, and no registration between them is "
        "accepted. Register the two series and accept the registration, then compare again."
    ),
    "ERR_483": (
        "The two segmentations mark no finding of the same kind. Choose another one to compare "
        "with."
    ),
    "ERR_500": (
        "An internal error occurred and the request failed. Report the request id to support."
    ),
    "ERR_501": "A required service is not available. Try again in a few minutes.",
    "ERR_502": "The image archive is not available. Try again in a few minutes.",
    "ERR_503": "The AI service is not available. Try again in a few minutes.",
    "ERR_504": "The AI service failed or returned an invalid result. Report it to support.",
    "ERR_505": "The FHIR server is not available. Try again in a few minutes.",
    "ERR_506": "The FHIR server rejected the resources. Report it to support.",
    "ERR_507": (
        "The access could not be recorded in the audit log, so it was refused. Try again in a "
        "few minutes."
    ),
}
