// Time travel: the instant at which a plan is shown, kept in the address so that every page and link has it.
import { useNavigate, useRouterState } from "@tanstack/react-router";
import { useCallback } from "react";

/** An instant in the past that `raw` names, or none. */
export function validAsOf(raw: unknown): string | undefined {
  if (typeof raw !== "string") return undefined;
  const at = new Date(raw);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

/** The instant that is looked at; none: now. */
export const useAsOf = (): string | undefined =>
  useRouterState({
    select: (state) => validAsOf((state.matches.at(-1)?.search as { asOf?: unknown } | undefined)?.asOf),
  });

/** The pages that show the plan as it was; all others show what is now. */
const TRAVELLING = /\/(schedule|dashboard|reports|(people|projects|clients|teams|skills|roles)(\/[^/]+)?)$/;

/** Whether the page that is shown, which is not yet the one that is loading, shows the past while one travels. */
export const useTravels = (): boolean =>
  useRouterState({ select: (state) => TRAVELLING.test(state.matches.at(-1)?.pathname ?? "") });

/** Travels to an instant, or back to now, on the page that is open. */
export function useTravel(): (asOf: string | undefined) => void {
  const navigate = useNavigate();
  return useCallback(
    (asOf) => void navigate({ to: ".", search: (old: object) => ({ ...old, asOf }) } as never),
    [navigate],
  );
}
