// Changes of rows of a table, one by one or many at once. When somebody else was faster, both versions are shown.
import { plural } from "@lingui/core/macro";
import { useLingui } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { request, workspacePath } from "@/api/client";
import { newId } from "@/api/newId";
import { isProblem } from "@/api/problem";
import { refreshResources, useChange } from "@/api/queries";
import type { Id, Stored } from "@/api/types";
import { useProblemText } from "../problems";
import { toastDone, toastFailed } from "../ui/toast";
import type { Column } from "./columns";

/** Requests under way at a time, so that a thousand rows don't overrun the server's limits. */
const AT_ONCE = 4;

/** Works through the rows, a few at a time; tells which it could not do. */
export async function eachOf<T>(rows: readonly T[], work: (row: T) => Promise<unknown>): Promise<T[]> {
  const waiting = [...rows];
  const failed: T[] = [];
  const worker = async () => {
    for (let row = waiting.shift(); row !== undefined; row = waiting.shift()) {
      try {
        await work(row);
      } catch {
        failed.push(row);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return failed;
}

export function useRowChanges<T extends Stored>(workspaceId: Id, resource: string) {
  const { t } = useLingui();
  const client = useQueryClient();
  const problem = useProblemText();
  const change = useChange<T>(workspaceId, resource);
  const [busy, setBusy] = useState(false);
  const pathOf = (row: Stored) => `/${resource}/${row.id}`;

  const save = async (
    row: T,
    column: Column<T>,
    value: string | null,
    version = row.version,
  ): Promise<void> => {
    const body = column.edit?.patch(value, row);
    try {
      await change.mutateAsync({ method: "PATCH", path: pathOf(row), body, version });
    } catch (error) {
      if (!isProblem(error) || error.status !== 412) {
        toastFailed(problem(error).title, problem(error).detail);
        return;
      }
      const theirs = await request<T>("GET", workspacePath(workspaceId, pathOf(row)));
      void refreshResources(client, workspaceId, [resource]);
      const words = (text: string | null | undefined) =>
        column.edit?.options?.find((option) => option.value === text)?.label ?? (text || "–");
      const [yours, other] = [words(value), words(column.edit?.value(theirs))];
      toastFailed(problem(error).title, t`Yours: ${yours}. Theirs: ${other}.`, {
        label: t`Save mine`,
        run: () => void save(theirs, column, value),
      });
    }
  };

  /** The same request for each row, then one look at all of them. */
  const many = async (rows: readonly T[], work: (row: T) => Promise<unknown>) => {
    setBusy(true);
    const failed = await eachOf(rows, work);
    await refreshResources(client, workspaceId, [resource, "derived"]);
    setBusy(false);
    const done = rows.length - failed.length;
    if (failed.length > 0) {
      toastFailed(
        t`${plural(failed.length, { one: "# row could not be changed", other: "# rows could not be changed" })}`,
        t`${plural(done, { one: "# row was changed.", other: "# rows were changed." })}`,
      );
    }
    return { done, failed };
  };

  const send = (method: "PATCH" | "DELETE" | "POST", path: string, version: number, body?: unknown) =>
    request<Stored | undefined>(method, workspacePath(workspaceId, path), {
      body,
      ifMatch: version,
      idempotencyKey: method === "POST" ? newId() : undefined,
    });

  const saveMany = async (rows: readonly T[], column: Column<T>, value: string | null) => {
    const { done } = await many(rows, (row) =>
      send("PATCH", pathOf(row), row.version, column.edit?.patch(value, row)),
    );
    if (done > 0) toastDone(t`${plural(done, { one: "# row was changed.", other: "# rows were changed." })}`);
  };

  const restoreMany = async (rows: readonly Stored[]) => {
    const { done } = await many(rows as T[], (row) => send("POST", `${pathOf(row)}/restore`, row.version));
    if (done > 0) toastDone(t`${plural(done, { one: "# row is back", other: "# rows are back" })}`);
  };

  const removeMany = async (rows: readonly T[]) => {
    const { done, failed } = await many(rows, (row) => send("DELETE", pathOf(row), row.version));
    const removed = rows.filter((row) => !failed.includes(row));
    if (done > 0) {
      toastDone(t`${plural(done, { one: "# row was deleted", other: "# rows were deleted" })}`, {
        label: t`Undo`,
        run: () => void restoreMany(removed.map((row) => ({ ...row, version: row.version + 1 }))),
      });
    }
  };

  return { busy, save, saveMany, removeMany, restoreMany };
}
