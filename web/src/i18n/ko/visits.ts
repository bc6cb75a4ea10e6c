import type en from "../en/visits";

const texts: typeof en = {
  title: "추적 진료",
  before: "이전 주",
  after: "다음 주",
  thisWeek: "이번 주",
  mine: "내 진료만",
  none: "이 주에는 진료가 없습니다.",
  time: "시각",
};
export default texts;
