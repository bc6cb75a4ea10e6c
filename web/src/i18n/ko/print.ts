import type en from "../en/print";

const texts: typeof en = {
  print: "인쇄",
  requisition: "의뢰서",
  result: "결과지",
  patient: "환자명",
  mrn: "환자번호",
  birthDate: "생년월일",
  sex: "성별",
  orderer: "오더 의사",
  signed: "결과 책임자",
  enteredBy: "결과 등록",
  confirmedBy: "결과 확인",
  unconfirmed: "아직 확인되지 않은 결과입니다.",
  amended: "{{at}} {{name}} 수정",
  foot: "출력: {{name}}, {{at}}. 개인정보가 포함되어 있으므로 안전하게 보관하고, 필요가 없어지면 파기하십시오.",
};
export default texts;
