// Reads a text/event-stream body. Source: WHATWG HTML, "Server-sent events", 9.2.6 (interpreting a stream).

export interface StreamEvent {
  id: string;
  name: string;
  data: string;
}

const MESSAGE_CHARS_MAX = 1_000_000;

function parseBlock(block: string): StreamEvent | null {
  const event = { id: "", name: "message", data: [] as string[] };
  for (const line of block.split("\n")) {
    const colon = line.indexOf(":");
    if (colon === 0) continue;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "data") event.data.push(value);
    else if (field === "id") event.id = value;
    else if (field === "event") event.name = value;
  }
  if (event.data.length === 0) return null;
  return { id: event.id, name: event.name, data: event.data.join("\n") };
}

/** Yields each event with data; comments and keep-alives pass silently. */
export async function* parseEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<StreamEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let buffer = "";
  try {
    while (true) {
      const { done, value } = await reader.read();
      if (done) return;
      buffer += decoder.decode(value, { stream: true });
      // A lone CR at the end may be the first half of CRLF.
      const held = buffer.endsWith("\r") ? "\r" : "";
      buffer = buffer.slice(0, buffer.length - held.length).replace(/\r\n?/g, "\n");
      let end = buffer.indexOf("\n\n");
      while (end >= 0) {
        const event = parseBlock(buffer.slice(0, end));
        buffer = buffer.slice(end + 2);
        if (event) yield event;
        end = buffer.indexOf("\n\n");
      }
      buffer += held;
      if (buffer.length > MESSAGE_CHARS_MAX) throw new Error("An event is longer than the bound");
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
