import admin from "./en/admin";
import ai from "./en/ai";
import alerts from "./en/alerts";
import auth from "./en/auth";
import careTeam from "./en/careTeam";
import cds from "./en/cds";
import chart from "./en/chart";
import common from "./en/common";
import criticalResults from "./en/criticalResults";
import dashboard from "./en/dashboard";
import errors from "./en/errors";
import glass from "./en/glass";
import incoming from "./en/incoming";
import lab from "./en/lab";
import list from "./en/list";
import merging from "./en/merging";
import modality from "./en/modality";
import openemr from "./en/openemr";
import orders from "./en/orders";
import patients from "./en/patients";
import portal from "./en/portal";
import print from "./en/print";
import profile from "./en/profile";
import registrations from "./en/registrations";
import reports from "./en/reports";
import sessions from "./en/sessions";
import shares from "./en/shares";
import shell from "./en/shell";
import status from "./en/status";
import statistics from "./en/statistics";
import studies from "./en/studies";
import treatment from "./en/treatment";
import unmatched from "./en/unmatched";
import upload from "./en/upload";
import ward from "./en/ward";
import visits from "./en/visits";
import worklist from "./en/worklist";

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
