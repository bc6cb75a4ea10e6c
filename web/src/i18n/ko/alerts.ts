import type en from "../en/alerts";

const texts: typeof en = {
  title: "알림",
  bell: "알림, 읽지 않음 {{count, number}}건",
  all: "모든 알림",
  open: "열기",
  show: "표시 범위",
  unread: "읽지 않음",
  markRead: "읽음으로 표시",
  markAllRead: "모두 읽음으로 표시",
  none: "알림이 없습니다.",
  noneUnread: "읽지 않은 알림이 없습니다.",
  kind: {
    ai_completed: "AI 결과가 나왔습니다. 검토해 주세요.",
    ai_failed: "AI 분석에 실패했습니다. 원인을 확인해 주세요.",
    published: "승인한 결과가 PACS에 전송되고 FHIR 기록에 등록되었습니다.",
    publication_failed: "승인한 결과를 전송하지 못했습니다. 결과를 열어 재시도하거나 검토로 되돌려 주세요.",
    study_unmatched: "환자와 매칭되지 않은 영상 검사가 도착했습니다.",
    images_unfiled: "등록된 영상 검사와 정보가 맞지 않는 영상이 처리를 기다리고 있습니다.",
    glass_broken: "열람 제한 환자의 기록이 응급 열람되었습니다.",
    order_waiting: "접수를 기다리는 새 오더가 있습니다.",
    order_urgent: "응급 오더가 접수를 기다립니다.",
    order_stat: "초응급(STAT) 오더가 접수를 기다립니다.",
    order_result: "오더 결과가 등록되었습니다.",
    order_cancelled: "오더가 취소되었습니다.",
    order_changed: "내 오더의 상태가 바뀌었습니다. 오더를 확인해 주세요.",
    share_received: "공유받은 기록이 있습니다.",
    audit_broken: "감사 기록의 무결성에 이상이 발견되었습니다. 바로 확인해 주세요.",
  },
  part: {
    by: "{{name}}",
    ordered: "오더: {{name}}",
    requested: "요청: {{name}}",
    reviewed: "검토: {{name}}",
  },
};
export default texts;
