import type en from "../en/shell";

const texts: typeof en = {
  notices: "알림 메시지",
  skip: "본문 바로가기",
  menu: "주 메뉴",
  openMenu: "메뉴 열기",
  closeMenu: "메뉴 닫기",
  profile: "내 정보와 비밀번호",
  logout: "로그아웃",
  logoutFailed: "서버에 연결할 수 없어 아직 로그인된 상태입니다.",
  language: "언어",
  languages: { ko: "한국어", en: "English" },
  scheme: { light: "밝게", dark: "어둡게(판독실)", auto: "기기 설정에 따름", label: "화면 모드" },
  role: {
    admin: "관리자",
    doctor: "의사",
    rib: "영상의학과 의사",
    lab: "진단검사의학과",
    nurse: "간호사",
    patient: "환자",
    external: "외부 의료진",
  },
};
export default texts;
