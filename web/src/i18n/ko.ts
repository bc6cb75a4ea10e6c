import admin from "./ko/admin";
import ai from "./ko/ai";
import alerts from "./ko/alerts";
import auth from "./ko/auth";
import careTeam from "./ko/careTeam";
import cds from "./ko/cds";
import chart from "./ko/chart";
import common from "./ko/common";
import criticalResults from "./ko/criticalResults";
import dashboard from "./ko/dashboard";
import errors from "./ko/errors";
import glass from "./ko/glass";
import incoming from "./ko/incoming";
import lab from "./ko/lab";
import list from "./ko/list";
import merging from "./ko/merging";
import modality from "./ko/modality";
import openemr from "./ko/openemr";
import orders from "./ko/orders";
import patients from "./ko/patients";
import portal from "./ko/portal";
import print from "./ko/print";
import profile from "./ko/profile";
import registrations from "./ko/registrations";
import reports from "./ko/reports";
import sessions from "./ko/sessions";
import shares from "./ko/shares";
import shell from "./ko/shell";
import status from "./ko/status";
import statistics from "./ko/statistics";
import studies from "./ko/studies";
import treatment from "./ko/treatment";
import unmatched from "./ko/unmatched";
import upload from "./ko/upload";
import ward from "./ko/ward";
import visits from "./ko/visits";
import worklist from "./ko/worklist";

export default {
  admin,
  ai,
  alerts,
  auth,
  careTeam,
  cds,
  chart,
  common,
  criticalResults,
  dashboard,
  errors,
  glass,
  incoming,
  lab,
  list,
  merging,
  modality,
  openemr,
  orders,
  patients,
  portal,
  print,
  profile,
  registrations,
  reports,
  sessions,
  shares,
  shell,
  status,
  statistics,
  studies,
  treatment,
  unmatched,
  upload,
  ward,
  visits,
  worklist,
};
