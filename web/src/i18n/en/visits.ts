export default {
  title: "Follow-up visits",
  before: "Week before",
  after: "Week after",
  thisWeek: "This week",
  mine: "My visits only",
  none: "No visit in this week.",
  time: "Time",
};
