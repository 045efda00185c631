// What the app offers to whom; the server decides. Source: the table "Who may what" in crates/domain (access.rs).
import type { Role } from "@/api/types";

export type Permission =
  | "read-plan"
  | "edit-people"
  | "import"
  | "edit-assignments"
  | "edit-projects"
  | "read-money"
  | "edit-money"
  | "read-pay"
  | "edit-pay"
  | "request-time-off"
  | "approve-time-off"
  | "manage-settings"
  | "manage-members"
  | "manage-owners"
  | "read-audit"
  | "delete-workspace";

const PLANNERS: readonly Role[] = ["owner", "admin", "resource-manager"];
const ADMINS: readonly Role[] = ["owner", "admin"];
const WITH_OWN: readonly Role[] = [...PLANNERS, "project-manager"];

const GRANTED: Record<Exclude<Permission, "read-plan" | "read-pay" | "edit-pay">, readonly Role[]> = {
  "edit-people": PLANNERS,
  import: PLANNERS,
  "edit-assignments": WITH_OWN,
  "edit-projects": WITH_OWN,
  "read-money": WITH_OWN,
  "edit-money": WITH_OWN,
  "request-time-off": [...PLANNERS, "member"],
  "approve-time-off": PLANNERS,
  "manage-settings": ADMINS,
  "manage-members": ADMINS,
  "manage-owners": ["owner"],
  "read-audit": ADMINS,
  "delete-workspace": ["owner"],
};

/** What these roles may do to what is their own: the projects that they manage, the person that they are. */
const OWN_ONLY: Partial<Record<Role, readonly Permission[]>> = {
  "project-manager": ["edit-assignments", "edit-projects", "read-money", "edit-money"],
  member: ["read-pay", "request-time-off"],
};

export const ownOnly = (role: Role, permission: Permission): boolean =>
  OWN_ONLY[role]?.includes(permission) ?? false;

/** Whether somebody may do it to anything at all; `ownOnly` says whether only to what is theirs. */
export function may(role: Role, permissions: readonly string[], permission: Permission): boolean {
  if (permission === "read-plan") return true;
  const payRead = permissions.includes("pay:read");
  if (permission === "read-pay")
    return ADMINS.includes(role) || (payRead && WITH_OWN.includes(role)) || role === "member";
  if (permission === "edit-pay") return ADMINS.includes(role) || (payRead && role === "resource-manager");
  return GRANTED[permission].includes(role);
}
