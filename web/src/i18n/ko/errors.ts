import type en from "../en/errors";

const texts: typeof en = {
  network: "서버에 연결할 수 없습니다. 연결 상태를 확인한 뒤 다시 시도해 주세요.",
  unexpected: "문제가 발생했습니다. 다시 시도해 주세요.",
  notYet: "서버가 아직 이 기능을 제공하지 않습니다.",
  requestId: "요청 번호",
  notFoundTitle: "페이지를 찾을 수 없습니다",
  notFound: "이 주소에는 페이지가 없습니다. 옮겨졌거나 링크가 불완전할 수 있습니다.",
  toStart: "시작 화면으로",
  forbiddenTitle: "볼 수 없는 페이지입니다",
  forbidden: "현재 역할에는 이 페이지를 볼 권한이 없습니다. 권한은 관리자가 바꿀 수 있습니다.",
  crashTitle: "이 페이지에 오류가 발생했습니다",
  crash: "나머지 기능은 계속 사용할 수 있습니다. 페이지를 새로 고쳐 주세요.",
  reload: "새로 고침",
  unreachableTitle: "서버에 연결할 수 없습니다",
};
export default texts;
