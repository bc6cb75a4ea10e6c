from __future__ import annotations

from django.db import models


class Kind(models.TextChoices):
    AI_COMPLETED = "ai_completed"
    AI_FAILED = "ai_failed"
    PUBLISHED = "published"
    PUBLICATION_FAILED = "publication_failed"
    STUDY_UNMATCHED = "study_unmatched"
    GLASS_BROKEN = "glass_broken"


TEXTS: dict[str, dict[str, str]] = {
    Kind.AI_COMPLETED: {
        "ko": "AI 분석이 끝났습니다. 결과를 검토해 주세요.",
        "en": "The AI result is ready for your review.",
    },
    Kind.AI_FAILED: {
        "ko": "AI 분석에 실패했습니다. 사유를 확인해 주세요.",
        "en": "The AI job failed. Please see why.",
    },
    Kind.PUBLISHED: {
        "ko": "승인한 결과가 PACS와 FHIR 서버에 저장되었습니다.",
        "en": "The approved result is in the archive and the FHIR server.",
    },
    Kind.PUBLICATION_FAILED: {
        "ko": "승인한 결과를 전송하지 못했습니다. 관리자에게 문의해 주세요.",
        "en": "The approved result could not be sent. Please tell an administrator.",
    },
    Kind.STUDY_UNMATCHED: {
        "ko": "환자를 확인할 수 없는 검사가 도착했습니다.",
        "en": "A study without a known patient has arrived.",
    },
    Kind.GLASS_BROKEN: {
        "ko": "제한된 환자 기록이 긴급 열람되었습니다.",
        "en": "Somebody broke the glass on a restricted patient.",
    },
}
