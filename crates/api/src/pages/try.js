// "Try it": a form for an operation, the same as a curl command, and the answer.

import { h, exampleOf } from "/api/docs/schema.js";

/** Lives as long as the page; never written anywhere. */
export const session = { token: "" };

const SHOWN_CHARS_MAX = 200_000;

/** The form of an operation. */
export function renderTry(openapi, operation) {
  const fields = (operation.parameters ?? []).map((parameter, index) => {
    const id = `parameter-${index}`;
    const input = h("input", { id, placeholder: parameter.required ? "required" : "", spellcheck: "false" });
    return { parameter, input, label: h("label", { for: id }, h("code", {}, parameter.name)) };
  });
  const body = bodyField(openapi, operation);
  const curl = h("pre", {});
  const output = h("div", { role: "status" });
  const send = h("button", { type: "submit" }, "Send");
  const stop = h("button", { type: "button", class: "quiet", hidden: "" }, "Stop");
  const form = h("form", { class: "card", autocomplete: "off" },
    fields.length ? h("div", { class: "fields" }, fields.flatMap(({ label, input }) => [label, input])) : null,
    body?.element ?? null, h("div", { class: "row" }, send, stop));
  const refresh = () => curl.replaceChildren(curlOf(operation, request(operation, fields, body)));
  form.addEventListener("input", refresh);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const abort = new AbortController();
    stop.onclick = () => abort.abort();
    stop.hidden = false;
    send.disabled = true;
    await run(request(operation, fields, body), abort, output);
    send.disabled = false;
    stop.hidden = true;
  });
  refresh();
  return h("div", {}, form, h("p", { class: "small muted" }, "The same with curl:"), withCopy(curl), output);
}

function bodyField(openapi, operation) {
  const content = Object.entries(operation.requestBody?.content ?? {});
  if (content.length === 0) return null;
  const [type, media] = content[0];
  if (!type.includes("json")) {
    const input = h("input", { type: "file", id: "file", accept: content.map(([one]) => one).join(",") });
    const types = content.map(([one]) => one);
    return {
      file: true,
      types,
      get: () => input.files[0] ?? null,
      element: h("div", {}, h("label", { for: "file" }, "File "), input),
    };
  }
  const area = h("textarea", { id: "body", spellcheck: "false" });
  area.value = JSON.stringify(exampleOf(openapi, media.schema), null, 2);
  return { file: false, types: [type], get: () => area.value, element: h("div", {}, h("label", { for: "body" }, "Body"), area) };
}

function request(operation, fields, body) {
  let path = operation.path;
  const query = new URLSearchParams();
  const headers = {};
  for (const { parameter, input } of fields) {
    const value = input.value.trim();
    if (parameter.in === "path") path = path.replace(`{${parameter.name}}`, value ? encodeURIComponent(value) : `{${parameter.name}}`);
    else if (value && parameter.in === "query") query.append(parameter.name, value);
    else if (value && parameter.in === "header") headers[parameter.name] = value;
  }
  if (session.token && operation["x-raally-access"].kind !== "public") headers.Authorization = `Bearer ${session.token}`;
  const content = body?.get() ?? null;
  if (body) {
    const named = body.file && content?.type ? content.type : body.types[0];
    headers["Content-Type"] = body.types.includes(named) ? named : body.types[0];
  }
  const search = query.size ? `?${query}` : "";
  return { method: operation.method.toUpperCase(), url: path + search, headers, content, file: body?.file ?? false };
}

function quoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function curlOf(operation, { method, url, headers, content, file }) {
  const lines = [`curl -X ${method} ${quoted(location.origin + url)}`];
  for (const [name, value] of Object.entries(headers)) {
    lines.push(`-H ${name === "Authorization" ? '"Authorization: Bearer $TOKEN"' : quoted(`${name}: ${value}`)}`);
  }
  const needsToken = !headers.Authorization && operation["x-raally-access"].kind !== "public";
  if (needsToken) lines.push('-H "Authorization: Bearer $TOKEN"');
  if (file) lines.push(`--data-binary @${quoted(content?.name ?? "FILE")}`);
  else if (content !== null) lines.push(`--data ${quoted(content)}`);
  return lines.join(" \\\n  ");
}

async function run({ method, url, headers, content }, abort, output) {
  const began = performance.now();
  try {
    const response = await fetch(url, { method, headers, body: content ?? undefined, signal: abort.signal, credentials: "same-origin" });
    const took = Math.round(performance.now() - began);
    const status = h("p", {}, h("span", { class: `answer-status s${String(response.status)[0]}` }, String(response.status)),
      `${response.statusText} · ${took} ms`);
    const heads = [...response.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
    const text = h("pre", {});
    output.replaceChildren(h("div", { class: "card" }, status,
      h("details", {}, h("summary", { class: "small" }, "Headers"), h("pre", {}, heads)), text));
    await readInto(response, text);
  } catch (error) {
    if (error.name !== "AbortError") output.replaceChildren(h("p", { class: "card" }, `The request failed: ${error.message}`));
  }
}

async function readInto(response, element) {
  const type = response.headers.get("content-type") ?? "";
  if (!response.body || !/json|text|xml|metrics/.test(type)) {
    const bytes = (await response.arrayBuffer()).byteLength;
    element.textContent = bytes ? `${bytes} bytes of ${type}` : "no body";
    return;
  }
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    text += piece.value;
    if (text.length > SHOWN_CHARS_MAX) {
      text = `${text.slice(0, SHOWN_CHARS_MAX)}\n… cut here`;
      element.textContent = text;
      await reader.cancel();
      return;
    }
    element.textContent = text;
  }
  if (type.includes("json")) element.textContent = pretty(text);
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function withCopy(pre) {
  const button = h("button", { type: "button", class: "quiet" }, "Copy");
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(pre.textContent);
    button.textContent = "Copied";
  });
  return h("div", { class: "with-copy" }, pre, button);
}
