import type en from "../en/lab";

const texts: typeof en = {
  title: "진단검사",
  barcode: "바코드 또는 접수 번호",
  notFound: "이 번호의 검사 오더가 없습니다.",
  worklist: "진행 중인 검사 오더",
  import: "결과 가져오기",
  importHint: "CSV 열: accession_number, code(LOINC), value, unit(UCUM), 선택: method",
  choose: "파일 선택",
  accepted: "등록된 행: {{count, number}}",
  rejected: "거부된 행",
  line: "{{line}}행",
  criticals: "확인을 기다리는 위험 검사값(CVR)",
  told: "통보 받은 사람",
  how: "통보 방법(전화, 대면 등)",
  outcomeLabel: "결과",
  outcome: {
    confirmed: "복창 확인",
    no_readback: "통보했으나 복창 없음",
    not_reached: "연락 안 됨",
  },
  note: "통보 기록 저장",
};
export default texts;
