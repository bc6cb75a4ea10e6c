import type en from "../en/common";

const texts: typeof en = {
  product: "NeuroNova CDSS",
  cancel: "취소",
  close: "닫기",
  save: "저장",
  retry: "다시 시도",
  notRefreshed: "새로 고치지 못했습니다. {{at}} 기준 정보입니다.",
  back: "뒤로",
  all: "전체",
  unknown: "알 수 없음",
  loading: "불러오는 중",
  loadMore: "더 보기",
  copied: "복사됨",
  search: "검색",
  clear: "지우기",
  details: "상세",
  count: "총 {{count, number}}건",
  saved: "저장되었습니다.",
  age: "{{age}}세",
  gender: { M: "남", F: "여", O: "기타", U: "미상" },
  units: { years: "세", months: "개월" },
  yes: "예",
  no: "아니요",
};
export default texts;
