export default {
  title: "Log in",
  subtitle: "Imaging, AI analysis and reports in one place",
  username: "Username",
  password: "Password",
  showPassword: "Show the password",
  submit: "Log in",
  required: "This field is required.",
  ended: {
    expired: "Your session has ended: it was not used for a while, had reached its longest time or was ended elsewhere. Log in to return to where you were.",
    logout: "You have been logged out.",
    password: "Your password was changed and all sessions have ended. Please log in with the new password.",
  },
};
