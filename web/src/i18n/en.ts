import ai from "./en/ai";
import auth from "./en/auth";
import common from "./en/common";
import dashboard from "./en/dashboard";
import errors from "./en/errors";
import list from "./en/list";
import patients from "./en/patients";
import profile from "./en/profile";
import shell from "./en/shell";
import status from "./en/status";
import studies from "./en/studies";
import upload from "./en/upload";
import viewer from "./en/viewer";

export default {
  ai,
  auth,
  common,
  dashboard,
  errors,
  list,
  patients,
  profile,
  shell,
  status,
  studies,
  upload,
  viewer,
};
