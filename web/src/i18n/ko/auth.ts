import type en from "../en/auth";

const texts: typeof en = {
  title: "로그인",
  subtitle: "영상, AI 분석, 보고서를 한곳에서",
  username: "아이디",
  password: "비밀번호",
  showPassword: "비밀번호 표시",
  submit: "로그인",
  required: "필수 항목입니다.",
  ended: {
    expired: "오랫동안 사용하지 않았거나 이용 시간이 지났거나 다른 곳에서 종료되어 세션이 끝났습니다. 다시 로그인하면 보던 화면으로 돌아갑니다.",
    logout: "로그아웃되었습니다.",
    password: "비밀번호가 변경되어 모든 세션이 종료되었습니다. 새 비밀번호로 로그인해 주세요.",
  },
};
export default texts;
