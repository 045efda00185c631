// The frame without words, while it is not known who is here.
export function ShellSkeleton() {
  return (
    <div className="flex min-h-dvh" aria-busy="true">
      <div className="hidden w-(--sidebar) shrink-0 border-e border-line bg-canvas md:block" />
      <div className="flex-1 bg-surface" />
    </div>
  );
}
