from __future__ import annotations

from django.db import models

from rbac.permissions import Permission


class Topic(models.TextChoices):
    """Of what open windows can hear that it changed."""

    WORKLIST = "worklist"


TOPIC_NEEDS: dict[str, str] = {Topic.WORKLIST: Permission.REVIEW_AI}
"""The right without which nobody hears of it."""


class Kind(models.TextChoices):
    AI_COMPLETED = "ai_completed"
    AI_FAILED = "ai_failed"
    PUBLISHED = "published"
    PUBLICATION_FAILED = "publication_failed"
    STUDY_UNMATCHED = "study_unmatched"
    IMAGES_UNFILED = "images_unfiled"
    SERIES_MOVE_FAILED = "series_move_failed"
    GLASS_BROKEN = "glass_broken"
    ORDER_WAITING = "order_waiting"
    ORDER_URGENT = "order_urgent"
    ORDER_STAT = "order_stat"
    ORDER_RESULT = "order_result"
    ORDER_CANCELLED = "order_cancelled"
    ORDER_CHANGED = "order_changed"
    ORDER_ASSIGNED = "order_assigned"
    ORDER_OVERDUE = "order_overdue"
    ORDER_AMENDED = "order_amended"
    CRITICAL_RESULT = "critical_result"
    CRITICAL_UNCONFIRMED = "critical_unconfirmed"
    CRITICAL_REPORT = "critical_report"
    CRITICAL_REPORT_UNCONFIRMED = "critical_report_unconfirmed"
    LAB_MESSAGE_HELD = "lab_message_held"
    SHARE_RECEIVED = "share_received"
    VISIT_SOON = "visit_soon"
    VISIT_MISSED = "visit_missed"
    TREATMENT_ENDED = "treatment_ended"
    ACCOUNT_ATTACKED = "account_attacked"
    ADDRESS_ATTACKING = "address_attacking"
    ACCOUNTS_SPRAYED = "accounts_sprayed"
    AUDIT_BROKEN = "audit_broken"
    TASK_GIVEN_UP = "task_given_up"
    MERGE_PROPOSED = "merge_proposed"
    MERGE_DONE = "merge_done"
    MERGE_REJECTED = "merge_rejected"
    MERGE_UNDONE = "merge_undone"


class Part(models.TextChoices):
    """What a person that an alert names has to do with it."""

    BY = "by"
    ORDERED = "ordered"
    REQUESTED = "requested"
    REVIEWED = "reviewed"
    ACCOUNT = "account"


PARTS: dict[str, dict[str, str]] = {
    Part.BY: {"ko": "{name}", "en": "by {name}"},
    Part.ORDERED: {"ko": "오더: {name}", "en": "ordered by {name}"},
    Part.REQUESTED: {"ko": "요청: {name}", "en": "requested by {name}"},
    Part.REVIEWED: {"ko": "검토: {name}", "en": "reviewed by {name}"},
    Part.ACCOUNT: {"ko": "계정: {name}", "en": "account: {name}"},
}
TEXTS: dict[str, dict[str, str]] = {
    Kind.AI_COMPLETED: {
        "ko": "AI 분석이 끝났습니다. 결과를 검토해 주세요.",
        "en": "The AI result is ready for your review.",
    },
    Kind.AI_FAILED: {
        "ko": "AI 분석이 결과 없이 끝났습니다. 사유를 확인해 주세요.",
        "en": "An AI analysis ended without a result. Open it to see why.",
    },
    Kind.PUBLISHED: {
        "ko": "승인한 결과가 PACS에 전송되고 FHIR 기록에 등록되었습니다.",
        "en": "The approved result is published in the archive and the FHIR record.",
    },
    Kind.PUBLICATION_FAILED: {
        "ko": "승인한 결과를 전송하지 못했습니다. 결과를 열어 재시도하거나 검토로 되돌려 주세요.",
        "en": "The approved result could not be published. Open it to retry, or return it to "
        "review.",
    },
    Kind.STUDY_UNMATCHED: {
        "ko": "환자와 매칭되지 않은 영상 검사가 도착했습니다.",
        "en": "A study that matches no patient has arrived.",
    },
    Kind.IMAGES_UNFILED: {
        "ko": "등록된 영상 검사와 정보가 맞지 않는 영상이 처리를 기다리고 있습니다.",
        "en": "Images that contradict a study on record are waiting for a decision.",
    },
    Kind.SERIES_MOVE_FAILED: {
        "ko": "시리즈를 이동하지 못했습니다. 사유를 확인하고 다시 처리해 주세요.",
        "en": "Series that you moved could not be moved. Open it to see why and what to do.",
    },
    Kind.GLASS_BROKEN: {
        "ko": "열람 제한 환자의 기록이 응급 열람되었습니다.",
        "en": "A restricted patient's record was opened by emergency access.",
    },
    Kind.ORDER_WAITING: {
        "ko": "접수를 기다리는 새 오더가 있습니다.",
        "en": "New orders are waiting to be accepted.",
    },
    Kind.ORDER_URGENT: {
        "ko": "응급 오더가 접수를 기다립니다.",
        "en": "An urgent order is waiting.",
    },
    Kind.ORDER_STAT: {
        "ko": "초응급(STAT) 오더가 접수를 기다립니다.",
        "en": "A STAT order is waiting.",
    },
    Kind.ORDER_RESULT: {
        "ko": "오더 결과가 등록되었습니다.",
        "en": "The result of an order is ready.",
    },
    Kind.ORDER_CANCELLED: {
        "ko": "오더가 취소되었습니다.",
        "en": "An order was cancelled.",
    },
    Kind.ORDER_CHANGED: {
        "ko": "내 오더의 상태가 바뀌었습니다. 오더를 확인해 주세요.",
        "en": "One of your orders has changed. Please open it.",
    },
    Kind.ORDER_ASSIGNED: {
        "ko": "오더가 나에게 배정되었습니다.",
        "en": "An order was assigned to you.",
    },
    Kind.ORDER_OVERDUE: {
        "ko": "오더의 완료 예정 시각이 지났습니다.",
        "en": "An order is past its due time.",
    },
    Kind.ORDER_AMENDED: {
        "ko": "오더 결과가 정정되었습니다. 정정된 결과를 확인해 주세요.",
        "en": "The result of an order was corrected. Please read it again.",
    },
    Kind.CRITICAL_RESULT: {
        "ko": "위험값(CVR)이 보고되었습니다. 바로 확인해 주세요.",
        "en": "A critical laboratory value was reported. Please act at once.",
    },
    Kind.CRITICAL_UNCONFIRMED: {
        "ko": "위험값(CVR)의 통보가 아직 확인되지 않았습니다.",
        "en": "A critical laboratory value has not been confirmed yet.",
    },
    Kind.CRITICAL_REPORT: {
        "ko": "영상 검사에서 위급 소견이 보고되었습니다. 바로 확인해 주세요.",
        "en": "A critical finding was reported on a study. Please act at once.",
    },
    Kind.CRITICAL_REPORT_UNCONFIRMED: {
        "ko": "영상 검사의 위급 소견 통보가 아직 확인되지 않았습니다.",
        "en": "A critical finding on a study has not been confirmed yet.",
    },
    Kind.LAB_MESSAGE_HELD: {
        "ko": "검사 장비에서 받은 결과를 등록하지 못했습니다. 내용을 확인해 주세요.",
        "en": "A laboratory message could not be taken in full. Please look at it.",
    },
    Kind.SHARE_RECEIVED: {
        "ko": "공유받은 기록이 있습니다.",
        "en": "A record was shared with you.",
    },
    Kind.VISIT_SOON: {
        "ko": "예약된 진료가 다가왔습니다. 일정을 확인해 주세요.",
        "en": "A planned visit is coming up. Please check its time.",
    },
    Kind.VISIT_MISSED: {
        "ko": "예약된 진료가 이루어지지 않았습니다. 일정을 다시 잡아 주세요.",
        "en": "A planned visit was missed. Please arrange a new one.",
    },
    Kind.TREATMENT_ENDED: {
        "ko": "오더한 치료가 종료되었습니다. 경과를 확인해 주세요.",
        "en": "A treatment that you ordered has ended. Please see its course.",
    },
    Kind.ACCOUNT_ATTACKED: {
        "ko": "한 계정에 로그인 실패가 반복되고 있습니다. 감사 기록을 확인해 주세요.",
        "en": "Logging in to one account keeps failing. Check the audit log.",
    },
    Kind.ADDRESS_ATTACKING: {
        "ko": "한 IP 주소에서 여러 아이디로 로그인에 실패하고 있습니다. 감사 기록을 확인해 주세요.",
        "en": "Logging in with many usernames fails from one address. Check the audit log.",
    },
    Kind.ACCOUNTS_SPRAYED: {
        "ko": "같은 비밀번호로 여러 아이디에 로그인을 시도하고 있습니다. "
        "감사 기록을 확인해 주세요.",
        "en": "One password is being tried on many usernames. Check the audit log.",
    },
    Kind.AUDIT_BROKEN: {
        "ko": "감사 기록의 무결성에 이상이 발견되었습니다. 바로 확인해 주세요.",
        "en": "The audit log is not intact. Please check it at once.",
    },
    Kind.TASK_GIVEN_UP: {
        "ko": "여러 번 시도했으나 완료하지 못한 작업이 있습니다. "
        "사유를 확인하고 다시 실행해 주세요.",
        "en": "A background task was given up after several attempts. See why, then run it again.",
    },
    Kind.MERGE_PROPOSED: {
        "ko": "환자 기록 병합이 제안되었습니다. 확인해 주세요.",
        "en": "A merge of two patient records is waiting for your confirmation.",
    },
    Kind.MERGE_DONE: {
        "ko": "제안한 환자 기록 병합이 완료되었습니다.",
        "en": "The merge of two patient records that you proposed is done.",
    },
    Kind.MERGE_REJECTED: {
        "ko": "제안한 환자 기록 병합이 반려되었습니다.",
        "en": "The merge of two patient records that you proposed was rejected.",
    },
    Kind.MERGE_UNDONE: {
        "ko": "제안한 환자 기록 병합이 취소되어 두 기록으로 돌아갔습니다.",
        "en": "A merge of two patient records that you proposed was undone.",
    },
}
