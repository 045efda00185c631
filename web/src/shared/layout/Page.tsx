// The frame of one page: its title, its actions, its content. The mobile navigation hangs in by context.
import { createContext, type ReactNode, useContext, useEffect } from "react";
import { cx } from "../ui/classes";

export const NavigationSlot = createContext<ReactNode>(null);

interface Props {
  title: string;
  /** Beside the title: a count, a badge, tabs. */
  beside?: ReactNode;
  actions?: ReactNode;
  /** Below the title, sticky with it: filters. */
  toolbar?: ReactNode;
  children: ReactNode;
  /** Fills what banners leave of the window and scrolls inside, for tables and grids. */
  fill?: boolean;
  /** Text for reading gets a narrower column. */
  narrow?: boolean;
}

export function Page({ title, beside, actions, toolbar, children, fill, narrow }: Props) {
  const navigation = useContext(NavigationSlot);
  useEffect(() => {
    document.title = `${title} · Raally`;
  }, [title]);
  return (
    <div
      data-fill={fill || undefined}
      className={cx("flex min-w-0 flex-1 flex-col", fill && "min-h-0 overflow-hidden print:overflow-visible")}
    >
      <header className="sticky top-0 z-20 border-b border-line bg-surface">
        <div className="flex min-h-13 items-center gap-2 px-3 py-2 md:px-6">
          {navigation}
          <h1 className="truncate text-lg font-semibold">{title}</h1>
          {beside}
          <div className="no-print ms-auto flex items-center gap-2">{actions}</div>
        </div>
        {toolbar && (
          <div className="no-print relative flex items-center gap-2 overflow-x-auto px-3 py-1 pb-2.5 max-md:*:shrink-0 md:flex-wrap md:px-6">
            {toolbar}
          </div>
        )}
      </header>
      <div
        className={cx(
          "min-w-0 flex-1",
          fill ? "flex min-h-0 flex-col" : "px-3 py-5 md:px-6",
          narrow && "mx-auto w-full max-w-3xl",
        )}
      >
        {children}
      </div>
    </div>
  );
}
