// Shapes of an import, following crates/exchange (preview, mapping, row errors) and the API's job.
import type { Id } from "@/api/types";

/** Which column a field is in: counted from 1, or by its header. */
export type ColumnRef = number | string;

/** Sent back as it came but for the parts that people change. */
export interface Mapping {
  kind: "people" | "projects" | "assignments" | "compensation" | "time-off";
  columns: Record<string, ColumnRef>;
  hoursUnit?: string;
  [other: string]: unknown;
}

export interface PreviewColumn {
  letter: string;
  header: string;
  field?: string;
  /** 0 to 100. */
  confidence: number;
  startsOn?: string;
}

/** What should be looked at in a suggested mapping. */
export interface MappingNote {
  code: string;
  value?: string;
}

export interface Preview {
  sheets?: string[];
  columns?: PreviewColumn[];
  sample?: string[][];
  rows?: number;
  mapping?: Mapping;
  confidence?: number;
  notes?: MappingNote[];
}

export interface RowError {
  row: number;
  column?: string;
  code: string;
  /** What the cell shows, where the fault is about that. */
  value?: string;
}

export interface KindSummary {
  created?: number;
  updated?: number;
  unchanged?: number;
  skipped?: number;
  removed?: number;
  errors?: RowError[];
}

export interface ImportJob {
  id: Id;
  name?: string;
  status: string;
  dryRun?: boolean;
  progress?: { done: number; total: number };
  summary?: Record<string, KindSummary> | null;
  errorCount?: number;
  warnings?: RowError[];
  warningCount?: number;
  missing?: { kind: string; id: Id; externalId: string | null }[];
  failure?: RowError | null;
}

export interface UndoReport {
  done: boolean;
  touched: { kind: string; id: Id; name: string; why: string }[];
  touchedCount: number;
}

/** A look at the file: what it holds and how it could be read. */
export interface ImportLook {
  format?: string;
  preview?: Preview | null;
}

export const FIELDS = [
  "person",
  "first-name",
  "last-name",
  "email",
  "person-id",
  "title",
  "team",
  "skills",
  "contract-hours",
  "project",
  "project-code",
  "project-id",
  "client",
  "role",
  "row-id",
  "effort",
  "from",
  "to",
  "status",
  "note",
  "amount",
  "currency",
  "basis",
  "time-off-type",
] as const;

export type FieldName = (typeof FIELDS)[number];

/** The field that a column (from 0) is read as. */
export function fieldOf(mapping: Mapping, column: PreviewColumn, index: number): string | undefined {
  return Object.entries(mapping.columns).find(([, at]) => at === index + 1 || at === column.header)?.[0];
}

/** The mapping with a column read as another field, or as none. A field has one column at most. */
export function withField(
  mapping: Mapping,
  column: PreviewColumn,
  index: number,
  field: string | null,
): Mapping {
  const kept = Object.entries(mapping.columns).filter(
    ([name, at]) => name !== field && at !== index + 1 && at !== column.header,
  );
  return { ...mapping, columns: Object.fromEntries(field ? [...kept, [field, index + 1]] : kept) };
}

export const rowErrors = (job: ImportJob): RowError[] =>
  Object.values(job.summary ?? {}).flatMap((part) => part.errors ?? []);

const WORKING = ["queued", "running", "applying", "undoing"];

export const isWorking = (job: ImportJob) => WORKING.includes(job.status);
export const isApplied = (job: ImportJob) => job.status === "completed" && !job.dryRun;
/** Whether the summary says anything yet. */
export const hasRun = (job: ImportJob) => !isWorking(job) && job.status !== "uploaded";

/** The kinds of which the file held something. */
export const touchedKinds = (job: ImportJob) =>
  Object.entries(job.summary ?? {}).filter(([, part]) =>
    [part.created, part.updated, part.unchanged, part.skipped, part.removed, part.errors?.length].some(
      Boolean,
    ),
  );
