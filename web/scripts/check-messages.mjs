// Fails when a text in the code is not in the catalogues, or is not translated. Writes nothing.
import { getCatalogs } from "@lingui/cli/api";
import { getConfig } from "@lingui/conf";

const config = getConfig();
const catalogs = await getCatalogs(config);
let faults = 0;
const fault = (text) => {
  faults += 1;
  console.error(text);
};
for (const catalog of catalogs) {
  const found = await catalog.collect({ files: undefined });
  if (!found) {
    fault(`${catalog.path}: a file could not be read, see above`);
    continue;
  }
  for (const locale of config.locales.filter((one) => one !== config.pseudoLocale)) {
    const written = (await catalog.read(locale)) ?? {};
    for (const [id, message] of Object.entries(found)) {
      const text = message.message ?? id;
      if (!written[id] || written[id].obsolete)
        fault(`${locale}: not in the catalogue (npm run messages): ${text}`);
      else if (locale !== config.sourceLocale && !written[id].translation)
        fault(`${locale}: not translated: ${text}`);
      else if (/\{(\w+)[,}]/.test(text)) {
        for (const [, name] of text.matchAll(/\{(\w+)[,}]/g)) {
          const there = written[id].translation || text;
          if (!there.includes(`{${name}`)) fault(`${locale}: {${name}} is missing in: ${there}`);
        }
      }
    }
  }
}
console.log(faults === 0 ? "Every message is there in every language." : `${faults} faults`);
process.exitCode = faults === 0 ? 0 : 1;
