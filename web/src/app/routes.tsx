import { lazy, Suspense, type ComponentType } from "react";
import { createBrowserRouter, Outlet, type RouteObject } from "react-router";
import type { Permission } from "@/session/react";
import { CrashPage } from "./CrashPage";
import { Guarded } from "./Guarded";
import { NotFound } from "./NotFound";
import { PageLoader } from "./PageLoader";
import { RequireSession } from "./RequireSession";

type Load = () => Promise<{ default: ComponentType }>;

/** A page with its own chunk; with a permission, others read a sentence instead. */
function page(path: string, load: Load, permission?: Permission): RouteObject {
  const Page = lazy(load);
  const element = <Page />;
  return {
    path,
    element: permission ? <Guarded permission={permission}>{element}</Guarded> : element,
  };
}

const Shell = lazy(() => import("./shell/Shell"));

const pages: RouteObject[] = [
  page("/", () => import("@/pages/dashboard/DashboardPage")),
  page("/patients", () => import("@/pages/patients/PatientsPage"), "view_patient"),
  page("/patients/:patientId", () => import("@/pages/patients/PatientPage"), "view_patient"),
  page("/studies", () => import("@/pages/studies/StudiesPage"), "view_study"),
  page("/studies/:studyInstanceUid", () => import("@/pages/studies/StudyPage"), "view_study"),
  page("/viewer/:studyInstanceUid", () => import("@/pages/viewer/ViewerPage"), "view_dicom"),
  page("/ai/review/:jobId?", () => import("@/pages/ai/ReviewPage"), "review_ai"),
  page("/ai/jobs/:jobId", () => import("@/pages/ai/JobPage"), "request_ai"),
  page("/orders", () => import("@/pages/orders/OrdersPage"), "view_order"),
  page("/upload", () => import("@/pages/upload/UploadPage"), "upload_dicom"),
  page("/unmatched", () => import("@/pages/unmatched/UnmatchedPage"), "match_study"),
  page("/alerts", () => import("@/pages/alerts/AlertsPage")),
  page("/admin/users", () => import("@/pages/admin/UsersPage"), "manage_users"),
  page("/admin/audit", () => import("@/pages/admin/AuditPage"), "view_audit"),
  page("/admin/outbox", () => import("@/pages/admin/OutboxPage"), "operate"),
  page("/profile", () => import("@/pages/profile/ProfilePage")),
];

/** Chunks are asked for only when shown: who is not logged in loads the login page alone. */
export const router = createBrowserRouter([
  {
    errorElement: <CrashPage />,
    element: (
      <Suspense fallback={<PageLoader />}>
        <Outlet />
      </Suspense>
    ),
    children: [
      page("/login", () => import("@/pages/login/LoginPage")),
      {
        Component: RequireSession,
        children: [
          {
            element: <Shell />,
            children: [
              {
                errorElement: <CrashPage />,
                children: [...pages, { path: "*", Component: NotFound }],
              },
            ],
          },
        ],
      },
    ],
  },
]);
