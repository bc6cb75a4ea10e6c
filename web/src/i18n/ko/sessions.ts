import type en from "../en/sessions";

const texts: typeof en = {
  title: "로그인 세션",
  current: "현재 세션",
  unknownDevice: "알 수 없는 기기",
  begun: "로그인 {{at}}",
  lastUsed: "마지막 사용 {{at}}",
  until: "늦어도 {{at}}에 종료",
  end: "종료",
  endOf: "{{device}} 세션 종료",
  endOthers: "다른 세션 모두 종료",
  endAll: "모두 종료",
  none: "열려 있는 세션이 없습니다.",
  ended_one: "세션 {{count, number}}개를 종료했습니다.",
  ended_other: "세션 {{count, number}}개를 종료했습니다.",
};
export default texts;
