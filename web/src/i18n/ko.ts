import ai from "./ko/ai";
import auth from "./ko/auth";
import common from "./ko/common";
import dashboard from "./ko/dashboard";
import errors from "./ko/errors";
import list from "./ko/list";
import patients from "./ko/patients";
import profile from "./ko/profile";
import shell from "./ko/shell";
import status from "./ko/status";
import studies from "./ko/studies";
import upload from "./ko/upload";
import viewer from "./ko/viewer";

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
