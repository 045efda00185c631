// What a refusal means, in the user's language, by its stable code.
import { useLingui } from "@lingui/react/macro";
import { useCallback } from "react";
import { type ApiProblem, isProblem } from "@/api/problem";

export interface ProblemText {
  title: string;
  detail: string;
}

export function useProblemText(): (error: unknown) => ProblemText {
  const { t } = useLingui();
  return useCallback(
    (error) => {
      if (!isProblem(error))
        return { title: t`Something went wrong`, detail: t`Reload the page and try again.` };
      const known: Record<string, string> = {
        offline: t`The server can't be reached`,
        "not-found": t`Not found`,
        denied: t`You may not do this`,
        "version-mismatch": t`Somebody else changed this in the meantime`,
        clash: t`This would overbook somebody`,
        "over-limit": t`Too many requests, wait a moment`,
        unavailable: t`Not available just now`,
        internal: t`Something went wrong on our side`,
        "too-large": t`This file is too large`,
        invalid: t`Some fields need another look`,
      };
      const detail =
        error.code === "offline"
          ? t`What you typed is kept. Check the connection and try again.`
          : error.detail;
      return { title: known[error.code] ?? byStatus(error, t`Something went wrong`), detail };
    },
    [t],
  );
}

const byStatus = (error: ApiProblem, otherwise: string) => error.message || otherwise;
