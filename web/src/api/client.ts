// One way to call the API: adds the token, refreshes it once on 401, and turns refusals into `ApiProblem`.
import { connection } from "./connection";
import { ApiProblem } from "./problem";
import { refresh, session } from "./session";

export type Query = Record<string, string | number | boolean | null | undefined | readonly string[]>;

export interface RequestOptions {
  query?: Query;
  /** Sent as JSON, unless it is a Blob. */
  body?: unknown;
  /** The version that the change is based on. */
  ifMatch?: number;
  idempotencyKey?: string;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export const workspacePath = (workspaceId: string, path = "") =>
  `/workspaces/${encodeURIComponent(workspaceId)}${path}`;

function address(path: string, query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === null || value === "") continue;
    for (const one of Array.isArray(value) ? value : [value]) parameters.append(name, String(one));
  }
  const text = parameters.toString();
  return `/api/v1${path}${text ? `?${text}` : ""}`;
}

async function send(method: Method, path: string, options: RequestOptions): Promise<Response> {
  const headers: Record<string, string> = { accept: "application/json", ...options.headers };
  const token = session.token();
  if (token) headers.authorization = `Bearer ${token}`;
  if (options.ifMatch !== undefined) headers["if-match"] = `"${options.ifMatch}"`;
  if (options.idempotencyKey) headers["idempotency-key"] = options.idempotencyKey;
  let body: BodyInit | undefined;
  if (options.body instanceof Blob) body = options.body;
  else if (options.body !== undefined) {
    body = JSON.stringify(options.body);
    headers["content-type"] ??= "application/json";
  }
  try {
    const response = await fetch(address(path, options.query), {
      method,
      headers,
      body,
      signal: options.signal,
    });
    connection.answered();
    return response;
  } catch (error) {
    if (options.signal?.aborted) throw error;
    connection.silent();
    throw ApiProblem.offline();
  }
}

/** The raw answer, for files and streams. Throws `ApiProblem` unless it is a success. */
export async function fetchResponse(
  method: Method,
  path: string,
  options: RequestOptions = {},
): Promise<Response> {
  let response = await send(method, path, options);
  if (response.status === 401 && !path.startsWith("/auth/sign") && (await refresh())) {
    response = await send(method, path, options);
  }
  if (!response.ok) {
    if (response.status === 401 && session.get().status === "signed-in" && !path.startsWith("/auth/sign")) {
      session.signedOut();
    }
    throw await ApiProblem.from(response);
  }
  return response;
}

/** Calls the API below `/api/v1` and reads the JSON of the answer; `undefined` for 204. */
export async function request<T = unknown>(
  method: Method,
  path: string,
  options: RequestOptions = {},
): Promise<T> {
  const response = await fetchResponse(method, path, options);
  if (response.status === 204) return undefined as T;
  const text = await response.text();
  return (text ? JSON.parse(text) : undefined) as T;
}

/** Saves an answer as a file with the server's name for it. */
export async function download(path: string, query: Query, fallbackName: string): Promise<void> {
  const response = await fetchResponse("GET", path, { query, headers: { accept: "*/*" } });
  const named = /filename="?([^";]+)"?/.exec(response.headers.get("content-disposition") ?? "");
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement("a");
  link.href = url;
  link.download = named?.[1] ?? fallbackName;
  link.click();
  URL.revokeObjectURL(url);
}
