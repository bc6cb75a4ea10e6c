import type en from "../en/patients";

const texts: typeof en = {
  title: "환자",
  searchLabel: "이름 또는 환자번호",
  searchHint: "입력하면 바로 검색합니다",
  mrn: "환자번호",
  name: "이름",
  born: "생년월일",
  sex: "성별",
  phone: "전화",
  restricted: "열람 제한",
  noneFound: "일치하는 환자가 없습니다.",
  empty: "볼 수 있는 환자가 없습니다.",
  page: "환자 정보",
  pages: "목록 페이지",
  tabs: {
    imaging: "영상",
    timeline: "진료 기록",
    orders: "오더",
  },
  noStudies: "이 환자의 영상이 없습니다.",
  noTimeline: "아직 기록이 없습니다.",
  noOrders: "오더가 없습니다.",
  entry: {
    encounter: "진료",
    prescription: "처방",
  },
  encounterKind: {
    outpatient: "외래",
    inpatient: "입원",
    emergency: "응급",
  },
  glass: {
    title: "열람 제한 환자 열기",
    offer: "열람이 제한된 환자라면 사유를 적고 60분 동안 열 수 있습니다. 관리자에게 즉시 알려집니다.",
    reason: "사유",
    open: "60분 동안 열기",
  },
};
export default texts;
