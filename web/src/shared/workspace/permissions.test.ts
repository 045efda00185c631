import { expect, test } from "vitest";
import type { Role } from "@/api/types";
import { may, ownOnly, type Permission } from "./permissions";

const ROLES: Role[] = ["owner", "admin", "resource-manager", "project-manager", "member", "viewer"];
// The same letters as in crates/domain/src/access.rs; "o" is: own objects only.
const WRITTEN: [Permission, string][] = [
  ["read-plan", "yyyyyy"],
  ["edit-people", "yyy---"],
  ["import", "yyy---"],
  ["edit-assignments", "yyyo--"],
  ["edit-projects", "yyyo--"],
  ["read-money", "yyyo--"],
  ["edit-money", "yyyo--"],
  ["read-pay", "yyppo-"],
  ["edit-pay", "yyp---"],
  ["request-time-off", "yyy-o-"],
  ["approve-time-off", "yyy---"],
  ["manage-settings", "yy----"],
  ["manage-members", "yy----"],
  ["manage-owners", "y-----"],
  ["read-audit", "yy----"],
  ["delete-workspace", "y-----"],
];

test("the app offers what the written rules allow", () => {
  for (const [permission, letters] of WRITTEN) {
    for (const [index, role] of ROLES.entries()) {
      const letter = letters[index];
      expect(may(role, [], permission), `${role} ${permission}`).toBe(letter === "y" || letter === "o");
      expect(ownOnly(role, permission), `${role} ${permission} own`).toBe(letter === "o");
      expect(may(role, ["pay:read"], permission), `${role} ${permission} pay`).toBe(letter !== "-");
    }
  }
});
