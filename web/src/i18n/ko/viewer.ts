import type en from "../en/viewer";

const texts: typeof en = {
  title: "뷰어",
  back: "영상 검사로 돌아가기",
  frame: "영상 뷰어",
};
export default texts;
