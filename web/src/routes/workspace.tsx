// The routes of an open workspace. Every page but the frame is loaded when it is first opened.
import {
  createRoute,
  lazyRouteComponent,
  Outlet,
  redirect,
  retainSearchParams,
  useNavigate,
} from "@tanstack/react-router";
import { useEffect } from "react";
import { validAsOf } from "@/shared/asOf";
import { requireSignIn } from "./guards";
import { rootRoute } from "./root";
import {
  validateAudit,
  validateDashboard,
  validatePeople,
  validateProjects,
  validateReport,
  validateTable,
  validateTimeOff,
} from "./search";

const LazyShell = lazyRouteComponent(() => import("@/features/shell/Shell"), "Shell");

export const workspaceRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/w/$workspaceId",
  validateSearch: (raw: Record<string, unknown>): { asOf?: string } => ({ asOf: validAsOf(raw.asOf) }),
  // Whoever travels in time stays there, whichever link they follow, until they go back.
  search: { middlewares: [retainSearchParams(["asOf"])] },
  beforeLoad: requireSignIn,
  component: function Workspace() {
    const { workspaceId } = workspaceRoute.useParams();
    return (
      <LazyShell key={workspaceId} workspaceId={workspaceId}>
        <Outlet />
      </LazyShell>
    );
  },
});

const child = <P extends string>(path: P) => ({ getParentRoute: () => workspaceRoute, path }) as const;

const indexRoute = createRoute({
  ...child("/"),
  beforeLoad: ({ params }) => {
    throw redirect({ to: "/w/$workspaceId/schedule", params });
  },
});

const LazySchedule = lazyRouteComponent(() => import("@/features/schedule"));

const scheduleRoute = createRoute({
  ...child("/schedule"),
  component: function Schedule() {
    const { workspaceId } = scheduleRoute.useParams();
    return <LazySchedule workspaceId={workspaceId} />;
  },
});

const startRoute = createRoute({
  ...child("/start"),
  component: lazyRouteComponent(() => import("@/features/start/StartPage"), "StartPage"),
});

const dashboardRoute = createRoute({
  ...child("/dashboard"),
  validateSearch: validateDashboard,
  component: lazyRouteComponent(() => import("@/features/dashboard/DashboardPage"), "DashboardPage"),
});

const peopleRoute = createRoute({
  ...child("/people"),
  validateSearch: validatePeople,
  component: lazyRouteComponent(() => import("@/features/people/PeoplePage"), "PeoplePage"),
});

const personRoute = createRoute({
  ...child("/people/$personId"),
  component: lazyRouteComponent(() => import("@/features/people/PersonPage"), "PersonPage"),
});

const projectsRoute = createRoute({
  ...child("/projects"),
  validateSearch: validateProjects,
  component: lazyRouteComponent(() => import("@/features/projects/ProjectsPage"), "ProjectsPage"),
});

const projectRoute = createRoute({
  ...child("/projects/$projectId"),
  component: lazyRouteComponent(() => import("@/features/projects/ProjectPage"), "ProjectPage"),
});

const LazyCatalogue = lazyRouteComponent(
  () => import("@/features/catalogues/CataloguePage"),
  "CataloguePage",
);

const LazyCatalogueItem = lazyRouteComponent(
  () => import("@/features/catalogues/CatalogueItemPage"),
  "CatalogueItemPage",
);

const catalogueRoutes = (["clients", "teams", "skills", "roles"] as const).flatMap((resource) => [
  createRoute({
    ...child(`/${resource}`),
    validateSearch: validateTable,
    component: () => <LazyCatalogue key={resource} resource={resource} />,
  }),
  createRoute({
    ...child(`/${resource}/$itemId`),
    component: () => <LazyCatalogueItem key={resource} resource={resource} />,
  }),
]);

const timeOffRoute = createRoute({
  ...child("/time-off"),
  validateSearch: validateTimeOff,
  component: lazyRouteComponent(() => import("@/features/time-off/TimeOffPage"), "TimeOffPage"),
});

const reportsRoute = createRoute({
  ...child("/reports"),
  validateSearch: validateReport,
  component: lazyRouteComponent(() => import("@/features/reports/ReportsPage"), "ReportsPage"),
});

const importRoute = createRoute({
  ...child("/import"),
  component: lazyRouteComponent(() => import("@/features/import/ImportPage"), "ImportPage"),
});

const importOneRoute = createRoute({
  ...child("/import/$importId"),
  component: lazyRouteComponent(() => import("@/features/import/ImportDetailPage"), "ImportDetailPage"),
});

const settingsIndexRoute = createRoute({
  ...child("/settings"),
  component: function SettingsIndex() {
    const { workspaceId } = settingsIndexRoute.useParams();
    const navigate = useNavigate();
    useEffect(() => {
      void navigate({
        to: "/w/$workspaceId/settings/$section",
        params: { workspaceId, section: "profile" },
        replace: true,
      });
    }, [navigate, workspaceId]);
    return null;
  },
});

const settingsRoute = createRoute({
  ...child("/settings/$section"),
  validateSearch: validateAudit,
  component: lazyRouteComponent(() => import("@/features/settings/SettingsPage"), "SettingsPage"),
});

export const workspaceRoutes = [
  indexRoute,
  scheduleRoute,
  startRoute,
  dashboardRoute,
  peopleRoute,
  personRoute,
  projectsRoute,
  projectRoute,
  ...catalogueRoutes,
  timeOffRoute,
  reportsRoute,
  importRoute,
  importOneRoute,
  settingsIndexRoute,
  settingsRoute,
];
