// Why somebody fits, or doesn't, in words.
import { plural } from "@lingui/core/macro";
import { useLingui } from "@lingui/react/macro";
import { useCallback } from "react";
import { useIndex } from "@/api/queries";
import type { CandidatesReport } from "@/api/reports";
import type { Id } from "@/api/types";
import { useAsOf } from "@/shared/asOf";
import { useFormat } from "@/shared/i18n/format";

export type Reason = CandidatesReport["candidates"][number]["reasons"][number];

export function useReasonText(workspaceId: Id): (reason: Reason) => string {
  const { t } = useLingui();
  const format = useFormat();
  const asOf = useAsOf();
  const skills = useIndex(workspaceId, "skills", asOf);
  const roles = useIndex(workspaceId, "roles", asOf);
  return useCallback(
    (one) => {
      switch (one.reason) {
        case "role-matches":
          return t`right role`;
        case "role-differs": {
          const role = roles.get(one.roleId ?? "")?.name;
          return role ? t`works as ${role}` : t`has no role`;
        }
        case "skill-met": {
          const skill = skills.get(one.skillId)?.name ?? "…";
          return t`${skill}: level ${one.level}`;
        }
        case "skill-too-low": {
          const skill = skills.get(one.skillId)?.name ?? "…";
          return t`${skill}: level ${one.level} of ${one.minimumLevel}`;
        }
        case "skill-missing": {
          const skill = skills.get(one.skillId)?.name ?? "…";
          return t`no ${skill}`;
        }
        case "fully-free":
          return t`free for all of it`;
        case "partly-free":
          return t`free for ${format.hours(one.fittingMinutes)} of ${format.hours(one.neededMinutes)}`;
        case "not-free":
          return t`not free`;
        case "would-overbook":
          return one.days > 0
            ? t`${plural(one.days, { one: "overbooks # day", other: "overbooks # days" })}`
            : t`${plural(one.weeks, { one: "overbooks # week", other: "overbooks # weeks" })}`;
        case "time-off":
          return t`away for ${format.hours(one.minutes)}`;
        case "knows-project":
          return t`knows the project`;
        case "capacity-unknown":
          return t`working time unknown`;
      }
    },
    [t, format, skills, roles],
  );
}
