// The colours that projects get in turn; chosen to be told apart also by colour-blind people.
const COLORS = [
  "#4653c7",
  "#0f8a8a",
  "#c26a0c",
  "#b03a7a",
  "#5f7d1c",
  "#2b7cc0",
  "#8a5a3c",
  "#6b7280",
] as const;

export const nextColor = (count: number): string => COLORS[count % COLORS.length] ?? COLORS[0];
