import type en from "../en/alerts";

const texts: typeof en = {
  title: "알림",
  bell: "알림, 읽지 않음 {{count, number}}건",
  all: "모든 알림",
  open: "열기",
  show: "보기",
  unread: "읽지 않음",
  markRead: "읽음으로 표시",
  markAllRead: "모두 읽음으로 표시",
  none: "알림이 없습니다.",
  noneUnread: "읽지 않은 알림이 없습니다.",
};
export default texts;
