import type en from "../en/dashboard";

const texts: typeof en = {
  title: "대시보드",
  greeting: "{{name}} 님, 안녕하세요",
  waiting: "처리할 일",
  unread: "미판독 영상 검사",
  reading: "내가 판독 중",
  review: "검토 대기 AI 결과",
  accept: "접수할 오더",
  confirm: "확인할 결과",
  dead: "실패한 이벤트",
  pending: "대기 중인 이벤트",
  unmatched: "환자 미매칭 영상",
  alerts: "읽지 않은 알림",
  nextUnread: "다음 판독",
  nextReview: "최근 AI 결과",
  nextOrders: "대기 오더",
  recentStudies: "최근 영상 검사",
  studies: "조회 가능한 영상 검사",
  nothing: "대기 중인 항목이 없습니다.",
  noImages: "아직 영상이 없습니다.",
  showAll: "전체 보기",
};
export default texts;
