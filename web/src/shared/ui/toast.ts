// Short messages at the edge of the window, from anywhere in the app.

export interface ToastMessage {
  id: number;
  type: "done" | "failed";
  title: string;
  description?: string;
  action?: { label: string; run: () => void };
}

const TOASTS_MAX = 4;
const DONE_MS = 4_000;
const READ_MS = 8_000;

let messages: readonly ToastMessage[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

function publish(next: readonly ToastMessage[]) {
  messages = next;
  for (const listener of listeners) listener();
}

export const toasts = {
  get: () => messages,
  subscribe(listener: () => void) {
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  },
  close: (id: number) => publish(messages.filter((message) => message.id !== id)),
};

function add(message: Omit<ToastMessage, "id">, timeoutMs: number) {
  lastId += 1;
  const id = lastId;
  publish([...messages, { ...message, id }].slice(-TOASTS_MAX));
  setTimeout(() => toasts.close(id), timeoutMs);
}

/** Says that something worked; with `action` it offers the next step, such as taking it back. */
export const toastDone = (title: string, action?: ToastMessage["action"]) =>
  add({ type: "done", title, action }, action ? READ_MS : DONE_MS);

/** Says at once that something didn't work, and why. */
export const toastFailed = (title: string, description?: string, action?: ToastMessage["action"]) =>
  add({ type: "failed", title, description, action }, action ? 2 * READ_MS : READ_MS);
