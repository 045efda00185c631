// The browser of the API's documentation: loads the OpenAPI document and shows one operation at a
// time. Everything is made with DOM calls, so that no text of the document can become markup.

import { h, renderSchema, exampleOf } from "/api/docs/schema.js";
import { renderTry, session } from "/api/docs/try.js";

const METHODS = ["get", "post", "put", "patch", "delete"];
const main = document.getElementById("main");
const list = document.getElementById("list");
const search = document.getElementById("search");
const found = document.getElementById("found");
let openapi = null;
let operations = [];

async function load() {
  const headers = session.token ? { authorization: `Bearer ${session.token}` } : {};
  let response;
  try {
    response = await fetch("/api/openapi.json", { headers });
  } catch {
    return say("The server can't be reached.");
  }
  if (response.status === 401 || response.status === 403) {
    return say("This document is for the signed in: paste an access token above.");
  }
  if (!response.ok) return say(`The document can't be loaded (${response.status}).`);
  openapi = await response.json();
  operations = Object.entries(openapi.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => ({ path, method, ...item[method] })));
  document.getElementById("version").textContent = openapi.info.version;
  renderList();
  show();
}

function say(text) {
  main.replaceChildren(h("p", { class: "muted", role: "status" }, text));
}

function matches(operation, words) {
  const text = [operation.method, operation.path, operation.operationId, operation.summary, ...operation.tags]
    .join(" ").toLowerCase();
  return words.every((word) => text.includes(word));
}

function renderList() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = operations.filter((operation) => matches(operation, words));
  const groups = (openapi.tags ?? []).map(({ name }) => {
    const items = shown.filter((operation) => operation.tags[0] === name);
    return items.length === 0 ? null : h("section", {}, h("h2", {}, name), h("ul", {}, items.map(listItem)));
  });
  list.replaceChildren(...groups.filter(Boolean));
  found.textContent = words.length ? `${shown.length} of ${operations.length} operations` : `${operations.length} operations`;
  markCurrent();
}

function listItem(operation) {
  return h("li", {}, h("a", { href: `#${operation.operationId}` },
    h("span", { class: `method ${operation.method}` }, operation.method.toUpperCase()),
    h("span", {}, operation.summary)));
}

function markCurrent() {
  for (const link of list.querySelectorAll("a")) {
    if (link.hash === location.hash) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

function show() {
  if (!openapi) return;
  const id = decodeURIComponent(location.hash.slice(1));
  const operation = operations.find((one) => one.operationId === id);
  main.replaceChildren(...(operation ? renderOperation(operation) : renderWelcome()));
  document.title = operation ? `${operation.summary} · Raally API` : "Raally API";
  markCurrent();
  window.scrollTo(0, 0);
}

function renderWelcome() {
  return [
    h("h1", {}, `${openapi.info.title} API`),
    h("p", {}, openapi.info.summary ?? ""),
    h("p", {}, "Choose an operation on the left. To try one, sign in with ", h("code", {}, "POST /api/v1/auth/sign-in"),
      " and paste the access token above; it stays in this page's memory and is gone when you leave."),
    h("h2", { class: "part" }, "Conventions"),
    h("ul", {},
      h("li", {}, "JSON in camelCase; ids are UUIDs; dates are ISO dates; money is integer minor units."),
      h("li", {}, "PUT, PATCH and DELETE need ", h("code", {}, "If-Match"), " with the ETag that you read: 428 without, 412 when it changed."),
      h("li", {}, "Lists take ", h("code", {}, "limit"), " and ", h("code", {}, "cursor"), " and answer ", h("code", {}, "nextCursor"), "."),
      h("li", {}, "Refusals are problem documents (RFC 9457) with a stable ", h("code", {}, "code"), " and JSON pointers to bad fields."),
      h("li", {}, "Send ", h("code", {}, "Idempotency-Key"), " with what must happen once.")),
  ];
}

function renderOperation(operation) {
  const parts = [
    h("h1", {}, operation.summary),
    h("p", { class: "muted small" }, operation.operationId),
    h("p", { class: "endpoint" }, h("span", { class: `method ${operation.method}` }, operation.method.toUpperCase()), operation.path),
  ];
  if (operation.description) parts.push(h("p", {}, operation.description));
  parts.push(h("h2", { class: "part" }, "Who may"), renderAccess(operation["x-raally-access"]));
  if (operation.parameters) parts.push(h("h2", { class: "part" }, "Parameters"), renderParameters(operation.parameters));
  if (operation.requestBody) parts.push(h("h2", { class: "part" }, "Body"), ...renderContent(operation.requestBody.content));
  parts.push(h("h2", { class: "part" }, "Answers"), ...renderAnswers(operation.responses));
  parts.push(h("h2", { class: "part" }, "Try it"), renderTry(openapi, operation));
  return parts;
}

function renderAccess(access) {
  const words = {
    "public": "Everybody, without signing in.",
    "signed-in": "Whoever is signed in.",
    "platform-admin": "Platform administrators.",
  };
  if (access.kind !== "workspace") return h("div", { class: "card" }, words[access.kind] ?? access.kind);
  const chips = (roles) => h("ul", { class: "chips" }, Object.entries(roles).map(([role, grant]) =>
    h("li", { class: grant }, grant === "own" ? `${role}: own only` : role)));
  const extra = Object.entries(access.rolesWith ?? {}).map(([permission, roles]) =>
    h("div", {}, h("p", { class: "small muted" }, `With the permission ${permission}:`), chips(roles)));
  return h("div", { class: "card" }, h("p", { class: "small muted" }, `Members of the workspace, action ${access.action}:`), chips(access.roles), extra);
}

function renderParameters(parameters) {
  const rows = parameters.map((parameter) => h("tr", {},
    h("td", {}, h("code", {}, parameter.name), parameter.required ? h("span", { class: "required" }, " required") : null),
    h("td", {}, parameter.in),
    h("td", {}, renderSchema(openapi, parameter.schema)),
    h("td", {}, parameter.description ?? "")));
  return h("table", {}, h("thead", {}, h("tr", {}, ["Name", "In", "Type", "What"].map((text) => h("th", { scope: "col" }, text)))), h("tbody", {}, rows));
}

function renderContent(content) {
  return Object.entries(content ?? {}).map(([type, media]) => h("div", { class: "card" },
    h("p", { class: "small muted" }, type),
    media.schema ? renderSchema(openapi, media.schema) : null,
    media.schema && type.includes("json")
      ? h("details", {}, h("summary", { class: "small" }, "Example"), h("pre", {}, JSON.stringify(exampleOf(openapi, media.schema), null, 2)))
      : null));
}

function renderAnswers(responses) {
  return Object.entries(responses).map(([status, response]) => {
    const known = response.$ref ? openapi.components.responses[response.$ref.split("/").pop()] : response;
    const title = h("summary", {}, h("span", { class: `answer-status s${status[0]}` }, status), known.description);
    const headers = Object.entries(known.headers ?? {}).map(([name, header]) =>
      h("p", { class: "small" }, h("code", {}, name), ` ${header.description ?? ""}`));
    const open = status.startsWith("2") ? { open: "" } : {};
    return h("details", { class: "card", ...open }, title, headers, renderContent(known.content));
  });
}

document.getElementById("token-form").addEventListener("submit", (event) => {
  event.preventDefault();
  session.token = document.getElementById("token").value.trim();
  if (openapi) show();
  else load();
});
search.addEventListener("input", () => openapi && renderList());
window.addEventListener("hashchange", show);
load();
