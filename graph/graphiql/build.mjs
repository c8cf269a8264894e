// Bundles the page into static/: hashed files, and manifest.json, written last, which names them.
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = path.dirname(fileURLToPath(import.meta.url));
const outdir = path.join(here, "static");

const shared = {
  absWorkingDir: here,
  bundle: true,
  define: { "process.env.NODE_ENV": '"production"' },
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  legalComments: "linked",
  logLevel: "warning",
  metafile: true,
  minify: true,
  outdir,
  target: ["chrome110", "firefox115", "safari16"],
};

// graphiql/style.css already holds the editor's styles; without this every lazily loaded part would bring its own again.
const editorStylesOnce = {
  name: "editor-styles-once",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]monaco-editor[\\/].*\.css$/ }, () => ({ contents: "", loader: "empty" }));
  },
};

// Plain scripts without imports, so that every browser can run them as workers.
const workers = await build({
  ...shared,
  entryPoints: {
    "editor.worker": "monaco-editor/esm/vs/editor/editor.worker.js",
    "json.worker": "monaco-editor/esm/vs/language/json/json.worker.js",
    "graphql.worker": "monaco-graphql/esm/graphql.worker.js",
  },
  format: "iife",
  write: false,
});
const workerFiles = Object.fromEntries(
  scripts(workers.metafile).map(({ file }) => [file.replace(/\.worker-.*$/, ""), file]),
);

const page = await build({
  ...shared,
  // The older names lead to CommonJS files, whose exports get lost when they become a part that is loaded later.
  alias: {
    "prettier/parser-babel": "prettier/plugins/babel",
    "prettier/parser-graphql": "prettier/plugins/graphql",
  },
  define: { ...shared.define, WORKERS: JSON.stringify(workerFiles) },
  entryPoints: ["browser/built.js"],
  format: "esm",
  plugins: [editorStylesOnce],
  splitting: true,
  write: false,
});

await rm(outdir, { recursive: true, force: true });
await mkdir(outdir, { recursive: true });
for (const { path: file, contents } of [...workers.outputFiles, ...page.outputFiles]) {
  await writeFile(file, contents);
}
const entry = scripts(page.metafile).find(({ entryPoint }) => entryPoint === "browser/built.js");
const { version } = JSON.parse(await readFile(path.join(here, "node_modules/graphiql/package.json"), "utf8"));
const manifest = { graphiql: version, script: entry.file, style: path.basename(entry.cssBundle) };
await writeFile(path.join(outdir, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);

// The scripts of a build that stand for a module of their own: its entry points, and what they load later.
function scripts({ outputs }) {
  return Object.entries(outputs)
    .filter(([file, { entryPoint }]) => entryPoint && file.endsWith(".js"))
    .map(([file, output]) => ({ ...output, file: path.basename(file) }));
}
