import type en from "../en/status";

const texts: typeof en = {
  order: {
    ORDERED: "접수 대기",
    ACCEPTED: "접수됨",
    IN_PROGRESS: "진행 중",
    RESULT_READY: "결과 등록됨",
    CONFIRMED: "결과 확인됨",
    CANCELLED: "취소됨",
  },
  job: {
    PENDING: "대기 중",
    PROCESSING: "분석 중",
    COMPLETED: "완료",
    FAILED: "실패",
    CANCELLED: "취소됨",
  },
  review: {
    PENDING: "검토 대기",
    APPROVED: "승인됨",
    REJECTED: "반려됨",
  },
  reading: {
    UNREAD: "미판독",
    READING: "판독 중",
    READ: "판독 완료",
  },
  report: {
    draft: "작성 중",
    preliminary: "예비 판독",
    signed: "서명됨",
    amended: "수정 판독",
    discarded: "폐기",
  },
  registration: {
    requested: "대기 중",
    running: "진행 중",
    done: "승인 대기",
    failed: "실패",
    accepted: "승인됨",
    rejected: "반려됨",
  },
  priority: {
    routine: "일반",
    urgent: "응급",
    stat: "초응급(STAT)",
  },
  jobRole: {
    RIS: "영상의학과",
    LIS: "진단검사의학과",
    TREATMENT: "처치",
    CONSULT: "협진",
  },
};
export default texts;
