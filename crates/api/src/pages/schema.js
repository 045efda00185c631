// Shows JSON schemas as trees, and makes example values from them.

const DEPTH_MAX = 6;

/** An element with attributes and children; text children stay text. */
export function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return element;
}

/** The schema that a reference means. */
export function resolve(openapi, schema) {
  if (schema === true || schema === undefined) return {};
  if (!schema.$ref) return schema;
  const target = schema.$ref.slice(2).split("/").reduce((value, key) => value?.[key], openapi);
  const { $ref, ...own } = schema;
  return { ...(target ?? {}), ...own };
}

function nameOf(schema) {
  return schema?.$ref ? schema.$ref.split("/").pop() : null;
}

function typeOf(openapi, schema) {
  const name = nameOf(schema);
  const known = resolve(openapi, schema);
  if (known.const !== undefined) return JSON.stringify(known.const);
  if (known.enum) return known.enum.map((value) => JSON.stringify(value)).join(" | ");
  const choices = known.oneOf ?? known.anyOf;
  if (choices && !known.properties) return choices.map((choice) => typeOf(openapi, choice)).join(" | ");
  const types = [known.type ?? (known.properties ? "object" : "any")].flat();
  const text = types.map((type) => (type === "array" ? `list of ${typeOf(openapi, known.items)}` : type)).join(" | ");
  const bounds = [];
  if (known.format && !/^u?int/.test(known.format)) bounds.push(known.format);
  if (known.minimum !== undefined) bounds.push(`≥ ${known.minimum}`);
  if (known.maximum !== undefined) bounds.push(`≤ ${known.maximum}`);
  if (known.pattern) bounds.push(known.pattern);
  const label = name && text === "object" ? name : text;
  return bounds.length ? `${label} (${bounds.join(", ")})` : label;
}

/** A tree of the fields of a schema. */
export function renderSchema(openapi, schema, depth = 0) {
  const known = resolve(openapi, schema);
  const note = known.description && depth === 0 ? h("p", { class: "note" }, known.description) : null;
  const head = depth === 0 ? h("span", { class: "type" }, typeOf(openapi, schema)) : null;
  return h("div", { class: "schema" }, head, note, fieldsOf(openapi, known, depth));
}

function fieldsOf(openapi, known, depth) {
  if (depth > DEPTH_MAX) return h("p", { class: "note" }, "…");
  const parts = [];
  if (known.properties) {
    parts.push(h("ul", {}, Object.entries(known.properties).map(([name, property]) =>
      field(openapi, name, property, (known.required ?? []).includes(name), depth))));
  }
  if (known.items && known.type === "array") parts.push(fieldsOf(openapi, resolve(openapi, known.items), depth + 1));
  for (const key of ["oneOf", "anyOf", "allOf"]) {
    const choices = (known[key] ?? []).filter((choice) => {
      const one = resolve(openapi, choice);
      return one.properties || one.oneOf || one.anyOf || one.description;
    });
    choices.forEach((choice, index) => {
      const one = resolve(openapi, choice);
      const inner = fieldsOf(openapi, one, depth + 1);
      const text = one.description ?? nameOf(choice) ?? `${key === "allOf" ? "and" : "choice"} ${index + 1}`;
      const value = one.const !== undefined || one.enum ? `${typeOf(openapi, one)}: ` : "";
      if (inner || one.description) parts.push(h("div", {}, h("p", { class: "note" }, `${value}${text}`), inner));
    });
  }
  return parts.length ? parts : null;
}

function field(openapi, name, property, required, depth) {
  const known = resolve(openapi, property);
  const inner = fieldsOf(openapi, known, depth + 1);
  const line = [
    h("code", {}, name), " ", h("span", { class: "type" }, typeOf(openapi, property)),
    required ? h("span", { class: "required" }, " required") : null,
    property.description || known.description ? h("p", { class: "note" }, property.description ?? known.description) : null,
  ];
  if (!inner) return h("li", {}, line);
  return h("li", {}, h("details", depth < 1 ? { open: "" } : {}, h("summary", {}, line), inner));
}

/** A value that fits the schema. */
export function exampleOf(openapi, schema, depth = 0) {
  const known = resolve(openapi, schema);
  if (depth > DEPTH_MAX) return null;
  if (known.example !== undefined) return known.example;
  if (known.examples?.length) return known.examples[0];
  if (known.default !== undefined && known.default !== null) return known.default;
  if (known.const !== undefined) return known.const;
  if (known.enum) return known.enum[0];
  const choice = (known.oneOf ?? known.anyOf)?.find((one) => resolve(openapi, one).type !== "null");
  const fromChoice = choice ? exampleOf(openapi, choice, depth + 1) : undefined;
  if (known.properties) {
    const own = Object.fromEntries(Object.entries(known.properties).map(([name, property]) =>
      [name, exampleOf(openapi, property, depth + 1)]));
    return fromChoice && typeof fromChoice === "object" ? { ...fromChoice, ...own } : own;
  }
  if (fromChoice !== undefined) return fromChoice;
  return plainExample(openapi, known, depth);
}

function plainExample(openapi, known, depth) {
  const type = [known.type].flat().find((one) => one !== "null");
  if (type === "array") {
    const count = Math.max(known.minItems ?? 1, 1);
    return Array.from({ length: Math.min(count, 7) }, () => exampleOf(openapi, known.items, depth + 1));
  }
  if (type === "integer" || type === "number") return known.minimum ?? 0;
  if (type === "boolean") return false;
  if (type === "object") return {};
  if (type !== "string") return null;
  const formats = { "uuid": "01960000-0000-7000-8000-000000000000", "date": "2026-01-31", "date-time": "2026-01-31T09:00:00Z", "email": "ada@example.com" };
  return formats[known.format] ?? "text";
}
