import { lazy, type ComponentType } from "react";
import { createBrowserRouter, type RouteObject } from "react-router";
import type { Permission, SessionUser } from "@/session";
import { CrashPage } from "./CrashPage";
import { RequirePermission } from "./RequirePermission";
import { NotFound } from "@/shared/NotFound";
import { PageLoader } from "@/shared/PageLoader";
import { ReadingRoom } from "@/shared/reading/ReadingRoom";
import { Shell } from "./shell/Shell";

type Load = () => Promise<{ default: ComponentType }>;

/** A page with its own chunk; whom it is not for reads a sentence instead. */
function page(
  path: string,
  load: Load,
  permission?: Permission,
  isFor?: (role: SessionUser["role"]) => boolean,
): RouteObject {
  const Page = lazy(load);
  return {
    path,
    element: (
      <RequirePermission permission={permission} isFor={isFor}>
        <Page />
      </RequirePermission>
    ),
  };
}

const isPatient = (role: SessionUser["role"]) => role === "patient";
const isExternal = (role: SessionUser["role"]) => role === "external";
/** Who reads whole reports: a nurse reads summaries, a patient their own record. */
const isReader = (role: SessionUser["role"]) => isStaff(role) && role !== "nurse";
const isStaff = (role: SessionUser["role"]) => !isPatient(role) && !isExternal(role);

const pages: RouteObject[] = [
  page("/", () => import("@/pages/dashboard/DashboardPage")),
  page("/my-record", () => import("@/pages/portal/MyRecordPage"), "view_patient", isPatient),
  page("/shared", () => import("@/pages/shares/SharedPage"), "view_study", isExternal),
  page("/ward", () => import("@/pages/ward/WardPage"), "view_ward"),
  page("/care-team", () => import("@/pages/careTeam/MyPatientsPage"), "view_access", isStaff),
  page(
    "/patients",
    () => import("@/pages/patients/PatientsPage"),
    "view_patient",
    (role) => !isPatient(role),
  ),
  page(
    "/patients/contact-requests",
    () => import("@/pages/patients/ContactRequestsPage"),
    "edit_patient",
  ),
  page(
    "/patients/:patientId/care-team",
    () => import("@/pages/careTeam/CareTeamPage"),
    "view_access",
    isStaff,
  ),
  page("/patients/conflicts", () => import("@/pages/patients/SyncConflictsPage"), "edit_patient"),
  page("/patients/:patientId", () => import("@/pages/patients/PatientPage"), "view_patient"),
  page(
    "/patients/:patientId/treatment",
    () => import("@/pages/treatment/TreatmentPage"),
    "view_encounter",
  ),
  page("/duplicates", () => import("@/pages/merging/DuplicatesPage"), "merge_patients"),
  page("/incoming", () => import("@/pages/incoming/IncomingPage"), "edit_patient"),
  page("/visits", () => import("@/pages/treatment/VisitsPage"), "view_encounter"),
  page("/survival", () => import("@/pages/treatment/SurvivalPage"), "view_cohort"),
  page("/studies", () => import("@/pages/studies/StudiesPage"), "view_study"),
  page("/studies/:studyInstanceUid", () => import("@/pages/studies/StudyPage"), "view_study"),
  page(
    "/studies/:studyInstanceUid/report",
    () => import("@/pages/reports/ReportPage"),
    "view_report",
    isReader,
  ),
  page("/reports", () => import("@/pages/reports/ReportsPage"), "view_report", isStaff),
  page("/statistics", () => import("@/pages/statistics/StatisticsPage"), "view_statistics"),
  page("/reports/:reportId", () => import("@/pages/reports/SummaryPage"), "view_report", isStaff),
  page("/viewer/:studyInstanceUid", () => import("@/pages/viewer/ViewerPage"), "view_dicom"),
  page("/ai/review/:jobId?", () => import("@/pages/ai/ReviewPage"), "review_ai"),
  page("/ai/jobs/:jobId", () => import("@/pages/ai/JobPage"), "request_ai"),
  page(
    "/ai/segmentations/:segmentationId/versions/:version",
    () => import("@/pages/ai/ProvenancePage"),
    "request_ai",
  ),
  page("/orders", () => import("@/pages/orders/OrdersPage"), "view_order"),
  page("/orders/:orderId", () => import("@/pages/orders/OrderPage"), "view_order"),
  page("/orders/:orderId/requisition", () => import("@/pages/orders/RequisitionPage"), "view_order"),
  page("/orders/:orderId/result", () => import("@/pages/orders/ResultPage"), "view_order"),
  page("/lab", () => import("@/pages/lab/LabPage"), "enter_lab_result"),
  page("/lab/orders/:orderId", () => import("@/pages/lab/LabOrderPage"), "view_order", isStaff),
  page("/lab/orders/:orderId/labels", () => import("@/pages/lab/LabelsPage"), "view_order", isStaff),
  page("/lab/specimens", () => import("@/pages/lab/SpecimensPage"), "enter_lab_result"),
  page("/lab/import", () => import("@/pages/lab/ImportPage"), "enter_lab_result"),
  page("/lab/critical", () => import("@/pages/lab/CriticalPage"), "view_order", isStaff),
  page(
    "/critical-results",
    () => import("@/pages/criticalResults/CriticalResultsPage"),
    "view_report",
    isStaff,
  ),
  page("/upload", () => import("@/pages/upload/UploadPage"), "upload_dicom"),
  page("/unmatched", () => import("@/pages/unmatched/UnmatchedPage"), "match_study"),
  page("/modality-worklist", () => import("@/pages/modality/ModalityWorklistPage"), "work_ris_order"),
  page("/shares", () => import("@/pages/shares/SharesPage"), undefined, (role) => !isExternal(role)),
  page("/alerts", () => import("@/pages/alerts/AlertsPage")),
  page("/admin/users", () => import("@/pages/admin/UsersPage"), "manage_users"),
  page("/admin/audit", () => import("@/pages/admin/AuditPage"), "view_audit"),
  page("/admin/glass", () => import("@/pages/admin/GlassPage"), "review_glass"),
  page("/admin/wards", () => import("@/pages/admin/WardsPage"), "manage_wards"),
  page("/admin/models", () => import("@/pages/admin/ModelsPage"), "manage_models"),
  page("/admin/nodes", () => import("@/pages/modality/NodesPage"), "manage_nodes"),
  page("/admin/reading-targets", () => import("@/pages/admin/ReadingTargetsPage"), "operate"),
  page("/admin/decision-support", () => import("@/pages/cds/DecisionSupportPage"), "operate"),
  page("/admin/outbox", () => import("@/pages/admin/OutboxPage"), "operate"),
  page("/profile", () => import("@/pages/profile/ProfilePage")),
];

/** They share the viewers that are prepared. */
const readingRoom: RouteObject = {
  element: <ReadingRoom isFor={isReader} />,
  children: [
    page("/worklist", () => import("@/pages/worklist/WorklistPage"), "review_ai"),
    page(
      "/studies/:studyInstanceUid/read",
      () => import("@/pages/reports/ReadPage"),
      "view_dicom",
      isReader,
    ),
  ],
};

export const router = createBrowserRouter([
  {
    errorElement: <CrashPage />,
    Component: Shell,
    children: [
      {
        errorElement: <CrashPage />,
        children: [
          ...pages,
          readingRoom,
          // On the way from the login page to the viewer.
          { path: "/login", Component: PageLoader },
          { path: "*", Component: NotFound },
        ],
      },
    ],
  },
]);
