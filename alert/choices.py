from __future__ import annotations

from django.db import models


class Kind(models.TextChoices):
    AI_COMPLETED = "ai_completed"
    AI_FAILED = "ai_failed"
    PUBLISHED = "published"
    PUBLICATION_FAILED = "publication_failed"
    STUDY_UNMATCHED = "study_unmatched"
    IMAGES_UNFILED = "images_unfiled"
    GLASS_BROKEN = "glass_broken"
    ORDER_WAITING = "order_waiting"
    ORDER_URGENT = "order_urgent"
    ORDER_STAT = "order_stat"
    ORDER_RESULT = "order_result"
    ORDER_CANCELLED = "order_cancelled"
    ORDER_CHANGED = "order_changed"


TEXTS: dict[str, dict[str, str]] = {  # the names in braces are those of Notification.params
    Kind.AI_COMPLETED: {
        "ko": "AI 분석이 끝났습니다. 결과를 검토해 주세요.",
        "en": "The AI result is ready for your review.",
    },
    Kind.AI_FAILED: {
        "ko": "AI 분석에 실패했습니다. 사유를 확인해 주세요.",
        "en": "An AI analysis failed. Open it to see why.",
    },
    Kind.PUBLISHED: {
        "ko": "승인한 결과가 PACS와 FHIR 서버에 저장되었습니다.",
        "en": "The approved result is in the archive and the FHIR server.",
    },
    Kind.PUBLICATION_FAILED: {
        "ko": "승인한 결과를 전송하지 못했습니다. 결과를 열어 재시도하거나 검토로 되돌려 주세요.",
        "en": "The approved result could not be sent. Open it to retry, or return it to review.",
    },
    Kind.STUDY_UNMATCHED: {
        "ko": "환자를 확인할 수 없는 검사가 도착했습니다.",
        "en": "A study without a known patient has arrived.",
    },
    Kind.IMAGES_UNFILED: {
        "ko": "등록된 검사와 정보가 맞지 않는 영상이 처리를 기다리고 있습니다.",
        "en": "Images that contradict a study on record are waiting for a decision.",
    },
    Kind.GLASS_BROKEN: {
        "ko": "제한된 환자 기록이 긴급 열람되었습니다.",
        "en": "A restricted patient's record was opened by emergency access.",
    },
    Kind.ORDER_WAITING: {
        "ko": "접수를 기다리는 새 오더가 있습니다.",
        "en": "New orders are waiting to be accepted.",
    },
    Kind.ORDER_URGENT: {
        "ko": "응급 오더: {examination}",
        "en": "Urgent order: {examination}",
    },
    Kind.ORDER_STAT: {
        "ko": "초응급(STAT) 오더: {examination}",
        "en": "STAT order: {examination}",
    },
    Kind.ORDER_RESULT: {
        "ko": "결과가 등록되었습니다: {examination}",
        "en": "The result is ready: {examination}",
    },
    Kind.ORDER_CANCELLED: {
        "ko": "오더가 취소되었습니다: {examination}",
        "en": "The order was cancelled: {examination}",
    },
    Kind.ORDER_CHANGED: {
        "ko": "내 오더의 상태가 바뀌었습니다. 오더를 확인해 주세요.",
        "en": "One of your orders has changed. Please open it.",
    },
}
