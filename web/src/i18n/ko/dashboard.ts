import type en from "../en/dashboard";

const texts: typeof en = {
  title: "대시보드",
};
export default texts;
