export default {
  title: "Dashboard",
};
