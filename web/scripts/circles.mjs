// Refuses import circles: `node circles.mjs FOLDER...` reads every module below the folders, follows
// its relative and `@/` imports (types too) and names each circle it finds.
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

const SOURCE = /\.(m?js|tsx?)$/;
const IMPORT = /(?:^|\n)\s*(?:import|export)\s[^;'"]*?from\s*["']([^"']+)["']|\n?import\s*["']([^"']+)["']/g;
const ENDINGS = ["", ".ts", ".tsx", ".d.ts", "/index.ts", "/index.tsx"];

function modulesBelow(folder) {
  return readdirSync(folder, { recursive: true })
    .map((name) => resolve(folder, name))
    .filter((path) => SOURCE.test(path) && !path.includes("/node_modules/"));
}

function targetOf(from, wanted, root) {
  if (!/^(\.|@\/)/.test(wanted)) return null;
  const base = wanted.startsWith("@/") ? join(root, wanted.slice(2)) : resolve(dirname(from), wanted);
  const found = ENDINGS.map((ending) => base + ending).find((path) => existsSync(path) && statSync(path).isFile());
  return found ?? null;
}

function importsOf(path, root) {
  const text = readFileSync(path, "utf8");
  return [...text.matchAll(IMPORT)].flatMap((match) => targetOf(path, match[1] ?? match[2], root) ?? []);
}

/** Circles of the graph, each once, as lists of modules. */
function circlesOf(graph) {
  const circles = [];
  const done = new Set();
  const visit = (path, trail) => {
    const at = trail.indexOf(path);
    if (at >= 0) circles.push([...trail.slice(at), path]);
    if (at >= 0 || done.has(path)) return;
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  return circles;
}

const folders = process.argv.slice(2);
const modules = folders.flatMap(modulesBelow);
if (modules.length === 0) throw new Error(`no modules below ${folders.join(", ")}`);
const graph = new Map(modules.map((path) => [path, importsOf(path, resolve(folders[0]))]));
const circles = circlesOf(graph);
for (const circle of circles) console.error(circle.map((path) => relative(".", path)).join(" -> "));
if (circles.length > 0) process.exit(1);
