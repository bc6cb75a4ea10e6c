import type en from "../en/profile";

const texts: typeof en = {
  title: "내 정보",
  details: "기본 정보",
  username: "아이디",
  name: "이름",
  email: "이메일",
  language: "알림과 화면 언어",
  role: "역할",
  password: "비밀번호 변경",
  current: "현재 비밀번호",
  wrong: "현재 비밀번호가 올바르지 않습니다.",
  next: "새 비밀번호",
  again: "새 비밀번호 확인",
  differs: "새 비밀번호가 서로 다릅니다.",
  change: "비밀번호 변경",
  warning: "모든 세션이 종료되어 다시 로그인해야 합니다.",
  badEmail: "올바른 이메일 주소를 입력해 주세요.",
};
export default texts;
