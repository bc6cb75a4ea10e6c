export default {
  title: "Alerts",
  bell: "Alerts, {{count, number}} unread",
  all: "All alerts",
  open: "Open",
  show: "Show",
  unread: "Unread",
  markRead: "Mark as read",
  markAllRead: "Mark all as read",
  none: "There are no alerts.",
  noneUnread: "Nothing is unread.",
};
