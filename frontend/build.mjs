// Writes static/vendor from node_modules: `npm ci && npm run build`. Only maintainers run it; its outputs are committed.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "..", "static", "vendor");
const TARGET = ["chrome80"]; // the oldest engine still met in government networks

const read = (path) => readFileSync(path, "utf8");
const manifest = (name) => JSON.parse(read(join(here, "node_modules", name, "package.json")));

function licenceText(name) {
  const folder = join(here, "node_modules", name);
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const own = join(here, "licences", `${name.replace("@", "").replace("/", "-")}.txt`);
  if (file) {
    const notice = readdirSync(folder).find((entry) => /^notice/i.test(entry));
    return read(join(folder, file)) + (notice ? `\n\n${read(join(folder, notice))}` : "");
  }
  if (existsSync(own)) return read(own);
  throw new Error(`No licence text for ${name}: add ${own}`);
}

rmSync(out, { recursive: true, force: true });
mkdirSync(join(out, "licences"), { recursive: true });

const files = [];
function put(name, text, parts) {
  // A source map that is not shipped breaks hashed static files.
  const clean = text.replace(/\n?(\/\/|\/\*)# sourceMappingURL=[^\n]*/g, "").trimEnd() + "\n";
  writeFileSync(join(out, name), clean);
  files.push({
    file: name,
    sha256: createHash("sha256").update(clean).digest("hex"),
    contains: parts.map((part) => ({ name: part, version: manifest(part).version, licence: manifest(part).license })),
  });
  for (const part of parts) {
    writeFileSync(join(out, "licences", `${part.replace("@", "").replace("/", "-")}.txt`), licenceText(part).trimEnd() + "\n");
  }
}

async function script(entry) {
  const result = await build({
    entryPoints: [join(here, entry)], bundle: true, minify: true, write: false, target: TARGET, legalComments: "inline", format: "iife",
  });
  return result.outputFiles[0].text;
}
async function transpiled(entry) {
  const result = await build({ entryPoints: [join(here, entry)], minify: true, write: false, target: TARGET, legalComments: "inline" });
  return result.outputFiles[0].text;
}

put("tabler.min.css", read(join(here, "node_modules/@tabler/core/dist/css/tabler.min.css")), ["@tabler/core", "bootstrap"]);
put("htmx.min.js", await transpiled("node_modules/htmx.org/dist/htmx.min.js"), ["htmx.org"]);
put("bootstrap.bundle.min.js", await transpiled("node_modules/bootstrap/dist/js/bootstrap.bundle.min.js"), ["bootstrap", "@popperjs/core"]);
put("echarts.min.js", await script("src/echarts.js"), ["echarts", "zrender", "tslib"]);

const symbols = read(join(here, "icons.txt"))
  .split("\n").map((line) => line.trim()).filter((line) => line && !line.startsWith("#"))
  .map((line) => {
    const [ours, theirs = ours] = line.split("=").map((word) => word.trim());
    const inner = read(join(here, `node_modules/@tabler/icons/icons/outline/${theirs}.svg`))
      .replace(/<svg[^>]*>/, "").replace("</svg>", "")
      .replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none" ?\/>/, "")
      .replace(/\s*\n\s*/g, "");
    return `<symbol id="${ours}" viewBox="0 0 24 24">${inner}</symbol>`;
  });
put("icons.svg",
  `<svg xmlns="http://www.w3.org/2000/svg" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">\n${symbols.join("\n")}\n</svg>`,
  ["@tabler/icons"]);

writeFileSync(join(out, "vendor.lock.json"), `${JSON.stringify(files, null, 2)}\n`);
for (const { file, contains } of files) console.log(file, contains.map((part) => `${part.name}@${part.version}`).join(" "));
