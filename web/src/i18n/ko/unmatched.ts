import type en from "../en/unmatched";

const texts: typeof en = {
  title: "환자 미매칭 영상",
  subtitle: "환자와 매칭되지 않은 영상 검사입니다.",
  study: "영상 검사",
  untitled: "설명 없음",
  inFiles: "DICOM 파일의 정보",
  onRecord: "등록된 환자 정보",
  birth: "생년월일",
  instances: "영상 수",
  arrived: "도착 일시",
  action: "작업",
  match: "매칭",
  empty: "모든 영상 검사가 환자와 매칭되었습니다.",
  matchTitle: "영상 검사를 환자와 매칭",
  patient: "환자",
  comparison: "DICOM 파일과 등록된 환자 정보 비교",
  number: "환자번호",
  name: "이름",
  sex: "성별",
  sure: "이 영상이 이 환자의 영상임을 확인했습니다.",
  confirm: "매칭",
  done: "영상 검사를 환자와 매칭했습니다.",
  openStudy: "영상 검사 열기",
};
export default texts;
