// The router: all routes, preloading on intent, scroll restored.
import { createRouter } from "@tanstack/react-router";
import { outerRoutes, rootRoute } from "./root";
import { workspaceRoute, workspaceRoutes } from "./workspace";

const routeTree = rootRoute.addChildren([...outerRoutes, workspaceRoute.addChildren(workspaceRoutes)]);

export const router = createRouter({
  routeTree,
  defaultPreload: "intent",
  scrollRestoration: true,
  defaultPendingMs: 300,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
