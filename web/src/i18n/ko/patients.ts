import type en from "../en/patients";

const texts: typeof en = {
  title: "환자",
  titleOwn: "내 기록",
  searchLabel: "이름, 환자번호, 전화번호 뒷자리 또는 생년월일",
  searchHint: "입력하면 바로 검색합니다",
  mrn: "환자번호",
  name: "이름",
  born: "생년월일",
  sex: "성별",
  phone: "전화번호",
  restricted: "열람 제한",
  noneFound: "조건에 맞는 환자가 없습니다.",
  empty: "조회할 수 있는 환자가 없습니다.",
  page: "환자 정보",
  tabs: {
    imaging: "영상",
    timeline: "진료 기록",
    orders: "오더",
    treatment: "치료",
    access: "열람 권한",
  },
  noStudies: "이 환자의 영상 검사가 없습니다.",
  noTimeline: "아직 기록이 없습니다.",
  noOrders: "오더가 없습니다.",
  entry: {
    encounter: "진료",
    prescription: "처방",
    vitals: "활력징후",
    allergy: "알레르기",
    problem: "진단",
    note: "의무기록",
    order: "오더",
  },
  encounterKind: {
    outpatient: "외래",
    inpatient: "입원",
    emergency: "응급",
  },
  glassOffer: "열람이 제한된 환자라면 환자번호와 사유를 입력하고 응급 열람할 수 있습니다.",
};
export default texts;
