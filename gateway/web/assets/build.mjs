// Bundles the pages' styles and scripts into ../static/build under names that carry their content's hash, so that
// browsers may keep them for ever, and writes manifest.json: what a template asks for -> what the browser is given.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, "..", "static", "build");
const entries = ["site/ieum.css", "site/ieum.js", "site/staff.css", "site/passkey.js", "account/cards.css", "course/questions.css", "centre/kit.js", "centre/kit.css", "official/releases.js", "official/report.js", "author/editor.css", "author/editor.js", "author/practice.js"].map((name) => join(here, name));

mkdirSync(target, { recursive: true });
// What the last build made stays, because a gateway that is running names it; what is older goes.
const previous = existsSync(join(target, "manifest.json")) ? readFileSync(join(target, "manifest.json"), "utf8") : "";
for (const name of readdirSync(target)) {
  if (name !== "manifest.json" && !previous.includes(`"${name.replace(/\.(gz|br)$/, "")}"`)) rmSync(join(target, name));
}

const { metafile } = await build({
  entryPoints: entries,
  outdir: target,
  entryNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2020", "chrome90", "safari14"],
  // Safari 14 has it; esbuild avoids it there for a rare fault with defaults that our scripts do not meet.
  supported: { destructuring: true },
  loader: { ".svg": "file", ".woff2": "file" },
  metafile: true,
  absWorkingDir: here,
  logLevel: "warning",
});

const manifest = {};
for (const [file, { entryPoint, bytes }] of Object.entries(metafile.outputs)) {
  if (!entryPoint) continue;
  manifest[entryPoint] = basename(file);
  const plain = readFileSync(join(target, basename(file)));
  // The gateway sends these where they are beside the file.
  writeFileSync(join(target, `${basename(file)}.gz`), gzipSync(plain, { level: 9 }));
  writeFileSync(join(target, `${basename(file)}.br`), brotliCompressSync(plain));
  console.log(`${basename(file)}  ${(bytes / 1024).toFixed(1)} KB`);
}
// The manifest comes last and whole: it is also the stamp that says the build is finished.
writeFileSync(join(target, "manifest.tmp"), JSON.stringify(manifest, null, 2) + "\n");
renameSync(join(target, "manifest.tmp"), join(target, "manifest.json"));
