// A titled part of a page.
import { type ReactNode, useId } from "react";

interface Props {
  title: string;
  hint?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

export function Section({ title, hint, actions, children }: Props) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="mb-8">
      <div className="mb-3 flex min-h-8 items-center gap-x-3 gap-y-2 max-sm:flex-wrap">
        <div>
          <h2 id={id} className="font-semibold">
            {title}
          </h2>
          {hint && <p className="text-sm text-muted">{hint}</p>}
        </div>
        <div className="ms-auto flex gap-2">{actions}</div>
      </div>
      {children}
    </section>
  );
}

/** Rows of a short list, with a frame. */
export function Rows({ children, empty }: { children: ReactNode[]; empty: string }) {
  if (children.length === 0)
    return <p className="rounded-lg border border-line px-4 py-6 text-center text-muted">{empty}</p>;
  return <ul className="divide-y divide-line overflow-hidden rounded-lg border border-line">{children}</ul>;
}

export function Row({ children, actions }: { children: ReactNode; actions?: ReactNode }) {
  return (
    <li className="flex min-h-11 flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2">
      <div className="flex min-w-0 flex-1 flex-wrap items-center gap-x-3 gap-y-0.5 max-sm:min-w-56">
        {children}
      </div>
      {actions && <div className="ms-auto flex shrink-0 items-center gap-1">{actions}</div>}
    </li>
  );
}
