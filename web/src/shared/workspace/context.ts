// The open workspace and what its user may do in it.
import { createContext, useCallback, useContext } from "react";
import { session } from "@/api/session";
import type { WorkspaceMembership } from "@/api/types";
import { may, ownOnly, type Permission } from "./permissions";

export const WorkspaceContext = createContext<WorkspaceMembership | null>(null);

/** The open workspace; only below its routes. */
export function useWorkspace(): WorkspaceMembership {
  const membership = useContext(WorkspaceContext);
  if (!membership) throw new Error("useWorkspace stands outside a workspace's routes");
  return membership;
}

export const useWorkspaceId = () => useWorkspace().workspace.id;

/** Whether to offer an action. Outside a workspace nothing needs a permission of one. */
export function useCan(): (permission: Permission) => boolean {
  const membership = useContext(WorkspaceContext);
  return useCallback(
    (permission) => (membership ? may(membership.role, membership.permissions, permission) : false),
    [membership],
  );
}

/** The same for one thing, of which the user ids are given whose own it is: a project's managers, a person's login. */
export function useCanOn(): (
  permission: Permission,
  owners: readonly (string | null | undefined)[],
) => boolean {
  const membership = useContext(WorkspaceContext);
  const can = useCan();
  return useCallback(
    (permission, owners) =>
      can(permission) &&
      (!membership ||
        !ownOnly(membership.role, permission) ||
        owners.includes(session.get().user?.id ?? "nobody")),
    [membership, can],
  );
}
