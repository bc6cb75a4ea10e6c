import auth from "./ko/auth";
import common from "./ko/common";
import dashboard from "./ko/dashboard";
import errors from "./ko/errors";
import shell from "./ko/shell";

export default { auth, common, dashboard, errors, shell };
