import type en from "../en/errors";

const texts: typeof en = {
  network: "서버에 연결할 수 없습니다. 연결 상태를 확인한 뒤 다시 시도해 주세요.",
  unexpected: "예기치 않은 오류가 발생했습니다. 반복되면 관리자에게 문의해 주세요.",
  notYet: "서버에서 제공하지 않는 기능입니다.",
  requestId: "요청 ID",
  notFoundTitle: "페이지를 찾을 수 없습니다",
  notFound: "이 주소에 해당하는 페이지가 없습니다. 페이지가 이동했거나 링크가 잘못되었을 수 있습니다.",
  toStart: "시작 화면으로",
  forbiddenTitle: "접근 권한이 없는 페이지입니다",
  forbidden: "현재 역할에는 이 페이지를 조회할 권한이 없습니다. 관리자에게 문의해 주세요.",
  crashTitle: "이 페이지에 오류가 발생했습니다",
  crash: "나머지 기능은 계속 사용할 수 있습니다. 페이지를 새로 고쳐 주세요.",
  reload: "새로 고침",
  unreachableTitle: "서버에 연결할 수 없습니다",
};
export default texts;
