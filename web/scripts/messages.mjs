// Lists what is not translated yet (`node scripts/messages.mjs missing es`), or fills it from lines of
// "number<tab>translation" on stdin (`… fill es < lines`), by the order of that list.
import { readFileSync, writeFileSync } from "node:fs";
import { formatter } from "@lingui/format-po";

const [, , what, locale, base = "src/locales"] = process.argv;
const path = `${base}/${locale}.po`;
const format = formatter({ lineNumbers: false, origins: false });
const context = { locale, sourceLocale: "en", filename: path };
const catalog = await format.parse(readFileSync(path, "utf8"), context);
const missing = Object.values(catalog).filter((entry) => !entry.translation && !entry.obsolete);
if (what === "missing") {
  for (const [index, entry] of missing.entries())
    console.log(`${index}\t${entry.message.replaceAll("\n", "\\n")}`);
} else {
  for (const line of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
    const [index, text] = line.split("\t");
    if (missing[Number(index)] && text) missing[Number(index)].translation = text.replaceAll("\\n", "\n");
  }
  writeFileSync(path, await format.serialize(catalog, { ...context, existing: readFileSync(path, "utf8") }));
}
