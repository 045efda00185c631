// The mark and the name.
export function Logo({ small }: { small?: boolean }) {
  return (
    <span className="inline-flex items-center gap-2 font-semibold tracking-tight">
      <svg aria-hidden="true" width={small ? 22 : 28} height={small ? 22 : 28} viewBox="0 0 32 32">
        <rect width="32" height="32" rx="8" fill="var(--accent)" />
        <g fill="#fff">
          <rect x="7" y="8" width="12" height="4" rx="2" />
          <rect x="11" y="14" width="14" height="4" rx="2" opacity=".75" />
          <rect x="7" y="20" width="9" height="4" rx="2" />
        </g>
      </svg>
      <span className={small ? "text-lg" : "text-xl"}>Raally</span>
    </span>
  );
}
