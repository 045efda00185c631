// What a browser says of itself, as a person would: "Firefox on Windows".

/** The first that is found counts: most browsers call themselves by the names of others too. */
const PROGRAMS: readonly [RegExp, string][] = [
  [/\bEdg(?:A|iOS)?\//, "Edge"],
  [/\bOPR\//, "Opera"],
  [/\bSamsungBrowser\//, "Samsung Internet"],
  [/\b(?:Firefox|FxiOS)\//, "Firefox"],
  [/(?:Chrome|CriOS)\//, "Chrome"],
  [/\bVersion\/.*Safari\//, "Safari"],
];
const SYSTEMS: readonly [RegExp, string][] = [
  [/iPhone|iPad/, "iOS"],
  [/Android/, "Android"],
  [/Windows/, "Windows"],
  [/Mac OS X/, "macOS"],
  [/CrOS/, "ChromeOS"],
  [/Linux/, "Linux"],
];

const first = (known: typeof PROGRAMS, text: string) => known.find(([sign]) => sign.test(text))?.[1];

/** Null for what is no browser that is known here, such as a script. */
export function deviceOf(agent: string): { program: string; system: string } | null {
  const [program, system] = [first(PROGRAMS, agent), first(SYSTEMS, agent)];
  return program && system ? { program, system } : null;
}
