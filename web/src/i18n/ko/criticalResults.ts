import type en from "../en/criticalResults";

const texts: typeof en = {
  title: "위급 소견",
  hint: "즉시 통보해야 하는 영상 소견입니다.",
  shown: "표시할 위급 소견",
  none: "통보를 기다리는 위급 소견이 없습니다.",
  noneClosed: "통보가 완료된 위급 소견이 없습니다.",
  flagged: "{{at}}, 보고자 {{name}}",
  toTell: "통보 대상: {{name}} (오더 의사)",
  toTellTeam: "통보 대상: 담당 의료진, 관리자",
  turn: "재통보 {{turn}}단계",
  flag: {
    button: "위급 소견 등록",
    title: "위급 소견 등록",
    hint: "오더 의사에게 즉시 알리고, 복창 확인이 될 때까지 반복해서 알립니다.",
    category: "소견",
    note: "메모",
    done: "위급 소견을 등록했습니다.",
  },
  category: {
    haemorrhage: "두개내 출혈",
    large_vessel_occlusion: "대혈관 폐색",
    herniation: "뇌탈출",
    mass_effect: "종괴 효과",
    hydrocephalus: "수두증",
    fracture: "골절",
    foreign_body: "이물",
    other: "기타 위급 소견",
  },
};
export default texts;
