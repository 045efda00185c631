// Starts the app: language first, then the router with its cache and toasts around it.
import { CSPProvider } from "@base-ui/react/csp-provider";
import { I18nProvider } from "@lingui/react";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { isProblem } from "./api/problem";
import { session } from "./api/session";
import { router } from "./routes/tree";
import { activateLocale, i18n, preferredLocale } from "./shared/i18n";
import { ErrorBoundary } from "./shared/ui/ErrorBoundary";
import { Toaster } from "./shared/ui/Toaster";
import "./styles/app.css";

const RETRIES_MAX = 2;

const client = new QueryClient({
  defaultOptions: {
    queries: {
      retry: (count, error) =>
        count < RETRIES_MAX &&
        isProblem(error) &&
        (error.status === 0 || error.status === 429 || error.status >= 500),
      refetchOnWindowFocus: false,
    },
  },
});

// What one user read must not be there for the next.
let userId = session.get().user?.id;
session.subscribe(() => {
  const now = session.get();
  if (now.status === "signed-out" || (userId && now.user?.id !== userId)) client.clear();
  userId = now.user?.id;
  if (now.status === "signed-out") void router.invalidate();
});

async function start() {
  await activateLocale(preferredLocale());
  const root = document.getElementById("root");
  if (!root) throw new Error("index.html has no #root");
  createRoot(root).render(
    <StrictMode>
      <CSPProvider disableStyleElements>
        <I18nProvider i18n={i18n}>
          <QueryClientProvider client={client}>
            <ErrorBoundary>
              <RouterProvider router={router} />
            </ErrorBoundary>
            <Toaster />
          </QueryClientProvider>
        </I18nProvider>
      </CSPProvider>
    </StrictMode>,
  );
}

void start();
