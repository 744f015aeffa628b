// Bundles src/ into the file that pages embed, one that chats load when they begin, and one for who proves who they are. `npm run build` writes them,
// `npm run build -- --check` only says whether the committed files are up to date.
import { createHash } from "node:crypto";
import { readFile, readdir, writeFile, mkdir } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import esbuild from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const folder = `${here}/../static/chat/widget`;
const GZIP_BUDGET = { "widget.js": 25.5 * 1024, "images.js": 3 * 1024, "verify.js": 3 * 1024 };

const minifiedCss = {
  name: "minified-css",
  setup(build) {
    build.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      const { code } = await esbuild.transform(source, { loader: "css", minify: true });
      return { contents: code.trim(), loader: "text" };
    });
  },
};

// Templates are indented for reading; the whitespace between tags is dead weight for visitors.
const tightTemplates = {
  name: "tight-templates",
  setup(build) {
    build.onLoad({ filter: /src\/[a-z]+\.js$/ }, async ({ path }) => ({
      contents: (await readFile(path, "utf8")).replace(/>\n\s+</g, "><").replace(/\n\s+(?=[@?.]?[a-z-]+=[$"])/g, " "),
      loader: "js",
    }));
  },
};

// What it was built from, so that a test without Node can tell that a source was changed and not built.
async function fingerprint() {
  const sources = (await readdir(`${here}/src`, { recursive: true })).filter((name) => /\.(js|css)$/.test(name));
  const hash = createHash("sha256");
  for (const name of ["build.js", "package-lock.json", ...sources.map((source) => `src/${source}`).sort()]) {
    hash.update(name).update(await readFile(`${here}/${name}`));
  }
  return hash.digest("hex").slice(0, 32);
}

const { outputFiles } = await esbuild.build({
  absWorkingDir: here,
  entryPoints: { widget: "src/index.js", images: "src/images.js", verify: "src/verify.js" },
  outdir: folder,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  pure: ["console.assert"],
  legalComments: "none",
  banner: {
    js: [
      "/* Built from chat/widget; do not edit. Includes lit (BSD-3-Clause) and streaming-markdown (MIT, 2024 Damian Tarnawski).",
      `   Sources: ${await fingerprint()} */`,
    ].join("\n"),
  },
  plugins: [minifiedCss, tightTemplates],
  write: false,
});
await mkdir(folder, { recursive: true });
for (const { path, contents } of outputFiles) {
  const name = basename(path);
  const size = gzipSync(contents, { level: 9 }).length;
  console.log(`${name} ${contents.length} bytes, ${size} gzipped`);
  if (size > GZIP_BUDGET[name]) throw new Error(`${name} is over its budget of ${GZIP_BUDGET[name]} bytes gzipped`);
  if (!process.argv.includes("--check")) await writeFile(path, contents);
  else if (!(await readFile(path).catch(() => Buffer.alloc(0))).equals(Buffer.from(contents))) {
    throw new Error(`${name} is out of date: run npm run build`);
  }
}
