// The app's own line icons: 16 × 16, drawn with the text's colour. Always beside a label or in a labelled control.
const PATHS = {
  alert: "M8 2.5 14.5 13.5h-13zM8 6.5v3.5M8 11.8v.2",
  audit: "M3.5 2.5h6l3 3v8h-9zM6 7.5h4M6 10h4",
  back: "M9.5 3.5 5 8l4.5 4.5",
  building: "M3 13.5v-11h6v11M9 6.5h4v7M1.5 13.5h13M5 5.5h2M5 8h2M5 10.5h2",
  calendar: "M2.5 3.5h11v10h-11zM2.5 6.5h11M5.5 2v3M10.5 2v3",
  check: "m3 8.5 3.5 3.5L13 4.5",
  chevron: "m4.5 6.5 3.5 3.5 3.5-3.5",
  chevrons: "m5 6 3-3 3 3M5 10l3 3 3-3",
  close: "m4 4 8 8M12 4l-8 8",
  columns: "M2.5 3.5h11v9h-11zM6.2 3.5v9M9.8 3.5v9",
  dashboard: "M2.5 2.5h4.5v6H2.5zM9 2.5h4.5v3H9zM9 7.5h4.5v6H9zM2.5 10.5h4.5v3H2.5z",
  dots: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  download: "M8 2.5v7.5M5 7.5 8 10.5l3-3M2.5 13.5h11",
  edit: "m3 13 .6-2.8 7.2-7.2 2.2 2.2-7.2 7.2z",
  filter: "M2.5 4h11M4.5 8h7M6.5 12h3",
  folder: "M2 4h4.5l1.5 1.5h6v7.5H2z",
  globe: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM2 8h12M8 2c2.5 3 2.5 9 0 12M8 2c-2.5 3-2.5 9 0 12",
  history: "M2.5 8a5.5 5.5 0 1 0 1.8-4.1M2.5 2.5v2.5H5M8 5v3.2l2.2 1.3",
  info: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM8 7v4M8 4.8v.2",
  keyboard: "M1.5 4h13v8h-13zM4 6.5h.01M6.7 6.5h.01M9.3 6.5h.01M12 6.5h.01M5 9.5h6",
  marquee: "M2.5 5.5v-3h3M10.5 2.5h3v3M13.5 10.5v3h-3M5.5 13.5h-3v-3M7 2.5h2M7 13.5h2M2.5 7v2M13.5 7v2",
  menu: "M2.5 4.5h11M2.5 8h11M2.5 11.5h11",
  minus: "M3.5 8h9",
  moon: "M13 9.5A5.5 5.5 0 0 1 6.5 3 5.5 5.5 0 1 0 13 9.5z",
  people:
    "M6 7.5a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.6zM1.8 13.2c0-2.3 1.9-3.7 4.2-3.7s4.2 1.4 4.2 3.7M10.5 3.2a2.1 2.1 0 0 1 0 4.1M12 9.8c1.4.5 2.3 1.6 2.3 3.4",
  plus: "M8 3v10M3 8h10",
  refresh: "M13 8a5 5 0 1 1-1.5-3.5M13 2.5v3h-3",
  report: "M2.5 13.5h11M4.5 11V7M8 11V3M11.5 11V5.5",
  schedule: "M2.5 3.5h6v2.2h-6zM5.5 7h8v2.2h-8zM2.5 10.5h5v2.2h-5z",
  search: "M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.5 10.5l3 3",
  settings:
    "M8 5.8a2.2 2.2 0 1 0 0 4.4 2.2 2.2 0 0 0 0-4.4zM8 1.8v2M8 12.2v2M1.8 8h2M12.2 8h2M3.6 3.6 5 5M11 11l1.4 1.4M12.4 3.6 11 5M5 11l-1.4 1.4",
  shield: "M8 1.8 13 3.5v4c0 3.2-2 5.4-5 6.7-3-1.3-5-3.5-5-6.7v-4z",
  signout: "M6.5 2.5h-4v11h4M6 8h7.5M10.5 5l3 3-3 3",
  skill: "m8 2 1.8 3.8 4.2.5-3.1 2.9.8 4.1L8 11.3l-3.7 2 .8-4.1L2 6.3l4.2-.5z",
  sort: "m5 6 3-3 3 3M5 10l3 3 3-3",
  sun: "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3M3.4 3.4l.9.9M11.7 11.7l.9.9M12.6 3.4l-.9.9M4.3 11.7l-.9.9",
  system: "M2 3h12v8H2zM6 13.5h4M8 11v2.5",
  team: "M8 6.8a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM4.5 13c0-2 1.5-3.2 3.5-3.2s3.5 1.2 3.5 3.2M3 8.2a1.6 1.6 0 1 0 0-3.2M13 8.2A1.6 1.6 0 1 1 13 5",
  trash: "M3 4.5h10M6 4.5v-2h4v2M4.2 4.5l.6 9h6.4l.6-9",
  undo: "M5.5 3 2.5 6l3 3M2.5 6h6a4 4 0 0 1 0 8H6",
  upload: "M8 10.5V2.5M5 5.5l3-3 3 3M2.5 13.5h11",
  user: "M8 7.5a2.6 2.6 0 1 0 0-5.2 2.6 2.6 0 0 0 0 5.2zM3 13.7c0-2.7 2.2-4.2 5-4.2s5 1.5 5 4.2",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 16, className }: { name: IconName; size?: number; className?: string }) {
  return (
    <svg
      aria-hidden="true"
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeLinecap="round"
      strokeLinejoin="round"
      className={`shrink-0 ${className ?? ""}`}
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
