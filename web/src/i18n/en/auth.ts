export default {
  title: "Log in",
  subtitle: "Imaging, AI reading and reports in one place",
  username: "User name",
  password: "Password",
  showPassword: "Show the password",
  submit: "Log in",
  required: "Please fill in this field.",
  ended: {
    expired: "Your session has ended. Please log in again.",
    logout: "You are logged out.",
    password: "The password is changed and every session has ended. Please log in with the new one.",
  },
};
