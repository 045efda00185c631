// Renders a component as the app would: messages, cache, a router in memory, and a workspace that is open.
import { I18nProvider } from "@lingui/react";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { render } from "@testing-library/react";
import type { ReactNode } from "react";
import type { Role, WorkspaceMembership } from "@/api/types";
import { i18n } from "@/shared/i18n";
import { Toaster } from "@/shared/ui/Toaster";
import { WorkspaceContext } from "@/shared/workspace/context";

export const membership = (role: Role = "owner"): WorkspaceMembership => ({
  role,
  permissions: [],
  workspace: {
    id: "w1",
    version: 1,
    createdAt: "2026-01-01T00:00:00Z",
    updatedAt: "2026-01-01T00:00:00Z",
    name: "Northwind",
    settings: {
      timeZone: "UTC",
      firstDayOfWeek: 1,
      currency: "EUR",
      clashPolicy: "refuse",
      busyFromBasisPoints: 9000,
      defaultWeek: [480, 480, 480, 480, 480, 0, 0],
      holidayRegion: null,
    },
  },
});

export async function renderApp(content: ReactNode, role?: Role) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const router = createRouter({
    routeTree: createRootRoute({ component: () => content, notFoundComponent: () => content }),
    history: createMemoryHistory({ initialEntries: ["/"] }),
  });
  await router.load();
  return render(
    <I18nProvider i18n={i18n}>
      <QueryClientProvider client={client}>
        <WorkspaceContext value={membership(role)}>
          <RouterProvider router={router as never} />
        </WorkspaceContext>
        <Toaster />
      </QueryClientProvider>
    </I18nProvider>,
  );
}

/** Answers calls to the API by "METHOD path"; keeps what was sent. An unknown call fails the test. */
export function fakeApi(answers: Record<string, (body: unknown, headers: Headers) => Response | object>) {
  const calls: { call: string; body: unknown; headers: Headers }[] = [];
  globalThis.fetch = async (input, init) => {
    const url = new URL(String(input), "http://app.test");
    const call = `${init?.method ?? "GET"} ${url.pathname.replace("/api/v1", "")}`;
    const body: unknown = typeof init?.body === "string" ? JSON.parse(init.body) : undefined;
    const headers = new Headers(init?.headers);
    calls.push({ call, body, headers });
    const answer = answers[call];
    if (!answer) throw new Error(`No answer for ${call}`);
    const made = answer(body, headers);
    return made instanceof Response ? made : Response.json(made);
  };
  return calls;
}

export const problem = (status: number, body: object = {}) =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": "application/problem+json" } });
