// Joins class names and holds the few that several components share.
export const cx = (...parts: (string | false | null | undefined)[]) => parts.filter(Boolean).join(" ");

export const CONTROL =
  "h-8 w-full min-w-0 rounded-md border border-line-strong/60 bg-surface px-2.5 text-base text-text shadow-sm " +
  "hover:border-line-strong focus-visible:outline-2 focus-visible:-outline-offset-1 focus-visible:outline-focus " +
  "aria-invalid:border-danger disabled:opacity-60";

export const POPUP = "pop z-50 rounded-lg border border-line bg-raised text-text shadow-lg outline-none";

export const ITEM =
  "flex min-h-8 w-full items-center gap-2 rounded-md px-2 py-1 text-base outline-none select-none " +
  "data-highlighted:bg-hover data-disabled:opacity-50";
