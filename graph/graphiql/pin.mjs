// Writes cdn.json anew: the files that the page loads from a CDN when there is no build, each with the hash that the
// browser checks. A CDN serves the very bytes of the npm package, so the hash of the installed file is the one.
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const { devDependencies } = JSON.parse(await readFile(path.join(here, "package.json"), "utf8"));

async function pinned(alias, file) {
  const contents = await readFile(path.join(here, "node_modules", alias, file));
  const integrity = `sha384-${createHash("sha384").update(contents).digest("base64")}`;
  const address = `https://cdn.jsdelivr.net/npm/${devDependencies[alias].replace(/^npm:/, "")}/${file}`;
  return { address, integrity, installed: `${alias}/${file}` };
}

const cdn = {
  scripts: [
    await pinned("cdn-react", "umd/react.production.min.js"),
    await pinned("cdn-react-dom", "umd/react-dom.production.min.js"),
    await pinned("cdn-graphiql", "graphiql.min.js"),
    await pinned("cdn-plugin-explorer", "dist/index.umd.js"),
  ],
  styles: [
    await pinned("cdn-graphiql", "graphiql.min.css"),
    await pinned("cdn-plugin-explorer", "dist/style.css"),
  ],
};
await writeFile(path.join(here, "cdn.json"), `${JSON.stringify(cdn, null, 2)}\n`);
