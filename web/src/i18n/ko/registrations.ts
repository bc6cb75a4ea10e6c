import type en from "../en/registrations";

const texts: typeof en = {
  title: "영상 정합",
  request: "정합 요청",
  requestTitle: "두 시리즈의 정합",
  hint: "이동 시리즈를 기준 시리즈의 위치에 맞춥니다. 결과는 승인한 후에만 사용됩니다.",
  fixed: "기준 시리즈 (이 영상 검사)",
  movingStudy: "이동 시리즈의 영상 검사",
  thisStudy: "이 영상 검사",
  moving: "이동 시리즈",
  requested: "정합을 요청했습니다.",
  pair: "{{moving}} → {{fixed}}",
  unnamed: "설명 없는 시리즈",
  requestedBy: "요청: {{name}}, {{at}}",
  progress: "{{percent}}% 완료",
  error: "반복 정합의 결과가 {{mm, number(minimumFractionDigits: 2; maximumFractionDigits: 2)}} mm 이내에서 일치합니다.",
  errorHint:
    "다른 시작 위치, 영상의 절반, 반대 방향으로 정합을 반복해 비교한 값입니다. 두 영상의 유사도는 정합도의 근거로 쓰지 않습니다.",
  flagged: "신뢰하기 어려움: 자세히 확인해 주세요",
  reasons: {
    inconsistent: "반복 정합의 차이가 2 mm를 넘습니다.",
    not_repeatable: "반복 정합 중 실패한 것이 있습니다.",
    little_shared: "두 시리즈가 공통으로 촬영한 부위가 절반 미만입니다.",
  },
  preview: "승인 전 미리보기 · 판독용 아님",
  previewAlt: "기준 시리즈와 이동 시리즈를 바둑판으로 겹친 가로·관상·시상 단면",
  previewHint:
    "기준 시리즈의 중앙 단면입니다. 주황색 칸이 이동 시리즈입니다. 칸의 경계에서 윤곽이 이어지는지 확인해 주세요.",
  reason: "사유",
  reasonNeeded: "신뢰하기 어려운 정합은 사유를 입력해야 승인할 수 있습니다.",
  accept: "승인",
  reject: "반려",
  accepted: "정합을 승인했습니다.",
  rejected: "정합을 반려했습니다.",
  acceptedBy: "승인: {{name}}, {{at}}",
  rejectedBy: "반려: {{name}}, {{at}}",
  storing: "정합된 시리즈를 저장하고 있습니다.",
  stored: "정합된 시리즈를 저장했습니다. 뷰어에서 기준 시리즈와 융합해 볼 수 있습니다.",
};

export default texts;
