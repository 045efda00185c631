// What scripts/server.mjs gives to the journeys.
export function binary(): string;
export function startServer(options?: Record<string, string>): Promise<{
  address: string;
  run: (args: string[], input?: string) => string;
  stop: () => void;
}>;
