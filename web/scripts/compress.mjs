// Makes the compressed copies beside each built file that the server answers with.
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const root = new URL("../dist", import.meta.url).pathname;
const BYTES_MIN = 1024;

for (const name of readdirSync(root, { recursive: true })) {
  const path = join(root, name);
  if (!/\.(js|css|html|svg|json)$/.test(name) || statSync(path).size < BYTES_MIN) continue;
  const bytes = readFileSync(path);
  writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
  writeFileSync(
    `${path}.br`,
    brotliCompressSync(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    }),
  );
}
