import type en from "../en/list";

const texts: typeof en = {
  page: "{{number}}페이지",
  next: "다음 페이지",
  previous: "이전 페이지",
  patientPlaceholder: "이름 또는 환자번호",
  nobody: "환자를 찾을 수 없습니다",
  typeName: "이름 또는 환자번호를 입력하세요",
};
export default texts;
