import admin from "./ko/admin";
import ai from "./ko/ai";
import alerts from "./ko/alerts";
import auth from "./ko/auth";
import common from "./ko/common";
import dashboard from "./ko/dashboard";
import errors from "./ko/errors";
import glass from "./ko/glass";
import lab from "./ko/lab";
import list from "./ko/list";
import openemr from "./ko/openemr";
import orders from "./ko/orders";
import patients from "./ko/patients";
import print from "./ko/print";
import profile from "./ko/profile";
import sessions from "./ko/sessions";
import shares from "./ko/shares";
import shell from "./ko/shell";
import status from "./ko/status";
import studies from "./ko/studies";
import treatment from "./ko/treatment";
import unmatched from "./ko/unmatched";
import upload from "./ko/upload";
import visits from "./ko/visits";

export default {
  admin,
  ai,
  alerts,
  auth,
  common,
  dashboard,
  errors,
  glass,
  lab,
  list,
  openemr,
  orders,
  patients,
  print,
  profile,
  sessions,
  shares,
  shell,
  status,
  studies,
  treatment,
  unmatched,
  upload,
  visits,
};
