// A refusal by the server, or no answer at all, as an error that pages can show.
import type { Clash, FieldProblem } from "./types";

export interface ProblemBody {
  title?: string;
  status?: number;
  detail?: string;
  code?: string;
  errors?: FieldProblem[];
  clashes?: Clash[];
}

/** `code` is stable and is what the app decides by; `offline` and `timeout` are our own for a missing answer. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly errors: FieldProblem[];
  readonly clashes: Clash[];
  readonly retryAfterSeconds: number | null;

  constructor(status: number, body: ProblemBody, retryAfterSeconds: number | null = null) {
    super(body.title ?? `HTTP ${status}`);
    this.name = "ApiProblem";
    this.status = status;
    this.code = body.code ?? `http-${status}`;
    this.detail = body.detail ?? "";
    this.errors = body.errors ?? [];
    this.clashes = body.clashes ?? [];
    this.retryAfterSeconds = retryAfterSeconds;
  }

  static async from(response: Response): Promise<ApiProblem> {
    const after = Number(response.headers.get("retry-after"));
    let body: ProblemBody = {};
    try {
      body = (await response.json()) as ProblemBody;
    } catch {
      // Not a problem document: the status says enough.
    }
    return new ApiProblem(response.status, body, Number.isFinite(after) && after > 0 ? after : null);
  }

  static offline(): ApiProblem {
    return new ApiProblem(0, { title: "No answer from the server", code: "offline" });
  }

  /** The code of the first fault at a JSON pointer such as `/name`. */
  at(pointer: string): FieldProblem | undefined {
    return this.errors.find((error) => error.pointer === pointer || error.pointer.startsWith(`${pointer}/`));
  }
}

export const isProblem = (error: unknown): error is ApiProblem => error instanceof ApiProblem;
