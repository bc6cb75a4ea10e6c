import type en from "../en/unmatched";

const texts: typeof en = {
  title: "미확인 영상",
  subtitle: "환자를 확인할 수 없는 검사입니다.",
  study: "검사",
  untitled: "설명 없음",
  inFiles: "파일의 정보",
  onRecord: "등록된 정보",
  birth: "생년월일",
  instances: "영상 수",
  arrived: "도착",
  action: "작업",
  match: "연결",
  empty: "모든 검사의 환자가 확인되었습니다.",
  matchTitle: "검사를 환자와 연결",
  patient: "환자",
  comparison: "파일의 정보와 등록된 정보 비교",
  number: "환자 번호",
  name: "이름",
  sex: "성별",
  sure: "이 영상이 이 환자의 것임을 확인했습니다.",
  confirm: "연결",
  done: "검사가 환자와 연결되었습니다.",
  openStudy: "검사 열기",
};
export default texts;
