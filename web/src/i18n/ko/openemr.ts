import type en from "../en/openemr";

const texts: typeof en = {
  title: "OpenEMR 불일치",
  subtitle: "마지막 동기화 이후 CDSS와 OpenEMR에서 각각 수정된 환자 정보입니다.",
  empty: "불일치 항목이 없습니다.",
  open: "OpenEMR 불일치 ({{count}})",
  comparison: "{{name}}: CDSS와 OpenEMR 비교",
  ours: "CDSS",
  theirs: "OpenEMR",
  keepOurs: "CDSS 정보 유지",
  keepTheirs: "OpenEMR 정보 적용",
  kept: "불일치를 해결했습니다. 곧 두 시스템에 반영됩니다.",
  address: "주소",
  since: "{{name}} 동기화: {{at}}",
  never: "{{name}}와 아직 동기화되지 않음",
  stale: "최신 정보 아님",
};
export default texts;
