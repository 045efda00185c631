import fc from "fast-check";
import { expect, test } from "vitest";
import { parseEvents, type StreamEvent } from "./stream";

async function read(text: string, cuts: number[] = []): Promise<StreamEvent[]> {
  const bytes = new TextEncoder().encode(text);
  const ends = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      let from = 0;
      for (const end of [...ends, bytes.length]) {
        controller.enqueue(bytes.slice(from, end));
        from = end;
      }
      controller.close();
    },
  });
  const events: StreamEvent[] = [];
  for await (const event of parseEvents(body)) events.push(event);
  return events;
}

const SAMPLE =
  ': keep-alive\n\nid: 7\nevent: change\ndata: {"kind":"pérson"}\n\ndata: a\r\ndata: b\r\n\r\nid: 9\n\n';

test("an event has its id, name and data", async () => {
  expect(await read(SAMPLE)).toEqual([
    { id: "7", name: "change", data: '{"kind":"pérson"}' },
    { id: "", name: "message", data: "a\nb" },
  ]);
});

test("where the network cuts the stream makes no difference", async () => {
  const whole = await read(SAMPLE);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(200), { maxLength: 12 }), async (cuts) => {
      expect(await read(SAMPLE, cuts)).toEqual(whole);
    }),
  );
});
