import type en from "../en/list";

const texts: typeof en = {
  page: "{{number}} 쪽",
  next: "다음 쪽",
  previous: "이전 쪽",
  patientPlaceholder: "이름 또는 환자 번호",
  nobody: "환자를 찾을 수 없습니다",
  typeName: "이름이나 번호를 입력하세요",
};
export default texts;
