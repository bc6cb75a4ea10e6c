import auth from "./en/auth";
import common from "./en/common";
import dashboard from "./en/dashboard";
import errors from "./en/errors";
import shell from "./en/shell";

export default { auth, common, dashboard, errors, shell };
