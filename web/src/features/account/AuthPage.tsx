// The frame of the pages before a workspace is open.
import type { ReactNode } from "react";
import { Logo } from "@/shared/ui/Logo";

export function AuthPage({
  title,
  intro,
  children,
}: {
  title: string;
  intro?: ReactNode;
  children: ReactNode;
}) {
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-sm flex-col px-5 pt-[14dvh] pb-10">
      <Logo />
      <h1 className="mt-8 text-2xl font-semibold tracking-tight">{title}</h1>
      {intro && <div className="mt-1 text-muted">{intro}</div>}
      <div className="mt-6 flex flex-col gap-4">{children}</div>
    </main>
  );
}
