// Builds viewer/dist: OHIF's prebuilt files, trimmed and moved below /ohif/, and our own modules.
//
//   dist/index.html            the page; never cached
//   dist/assets/<hash>/...     everything else, each with a .gz beside it; may be cached for ever
//
// npm's @ohif/app names dependencies that were never published, so that npm cannot install it;
// what we need is in its tarball, which `npm pack` fetches and whose digest package.json pins.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, extname, join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';

import { DROPPED, PRELOADED, REWRITES, page } from './rewrites.mjs';

const here = import.meta.dirname ?? new URL('.', import.meta.url).pathname;
const cache = join(here, '.cache');
const dist = join(here, 'dist');
const OWN = ['app-config.js', 'extension', 'mode'];
const COMPRESSED = new Set(['.js', '.css', '.html', '.svg', '.wasm', '.json']);
const { ohif } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));

/** @param {string} text */
const say = text => console.log(`viewer: ${text}`);

/**
 * @param {string} folder
 * @returns {Generator<string>}
 */
function* filesOf(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesOf(path);
    else yield path;
  }
}

/**
 * @param {string} algorithm
 * @param {string | Buffer} content
 * @param {'hex' | 'base64'} encoding
 */
function digest(algorithm, content, encoding) {
  return createHash(algorithm).update(content).digest(encoding);
}

/** The unpacked package, fetched once per pinned digest. */
function fetchOhif() {
  const folder = join(cache, digest('sha256', ohif.integrity, 'hex').slice(0, 12));
  if (existsSync(folder)) return join(folder, 'package');
  const name = `${ohif.package}@${ohif.version}`;
  say(`fetching ${name}`);
  const unpacked = `${folder}.part`;
  rmSync(unpacked, { recursive: true, force: true });
  mkdirSync(unpacked, { recursive: true });
  const arguments_ = ['pack', name, '--json', '--pack-destination', unpacked];
  const packed = JSON.parse(
    execFileSync('npm', arguments_, { stdio: ['ignore', 'pipe', 'ignore'], encoding: 'utf8' }),
  );
  const tarball = join(unpacked, packed[0].filename);
  const found = `sha512-${digest('sha512', readFileSync(tarball), 'base64')}`;
  if (found !== ohif.integrity) throw new Error(`${name}: ${found} is not the pinned digest`);
  execFileSync('tar', ['-xzf', tarball, '-C', unpacked]);
  rmSync(tarball);
  renameSync(unpacked, folder);
  return join(folder, 'package');
}

/** Changes with whatever the result is made of. */
function buildHash() {
  const inputs = ['package.json', 'build.mjs', 'rewrites.mjs'].map(name => join(here, name));
  for (const name of OWN) {
    const path = join(here, name);
    inputs.push(...(statSync(path).isDirectory() ? [...filesOf(path)].sort() : [path]));
  }
  const hash = createHash('sha256');
  for (const path of inputs) hash.update(relative(here, path)).update(readFileSync(path));
  return hash.digest('hex').slice(0, 12);
}

/**
 * @param {string} source
 * @param {string} target
 */
function copyTrimmed(source, target) {
  const unused = new Set(DROPPED);
  /** @param {string} path */
  const kept = path => {
    const name = relative(source, path);
    const match = DROPPED.find(pattern => pattern.test(name));
    if (match) unused.delete(match);
    return !match;
  };
  cpSync(source, target, { recursive: true, filter: kept });
  if (unused.size) throw new Error(`nothing to drop for ${[...unused].join(', ')}`);
}

/**
 * Each pattern must be found exactly as often as it was when the rewrite was written.
 *
 * @param {string} folder
 */
function rewrite(folder) {
  const found = new Map(REWRITES.map(rule => [rule, 0]));
  for (const path of filesOf(folder)) {
    const rules = REWRITES.filter(rule => rule.files.test(basename(path)));
    if (!rules.length) continue;
    let text = readFileSync(path, 'utf8');
    for (const rule of rules) {
      const parts = text.split(rule.find);
      found.set(rule, (found.get(rule) ?? 0) + parts.length - 1);
      text = parts.join(rule.replace);
    }
    writeFileSync(path, text);
  }
  for (const [rule, times] of found) {
    if (times !== rule.times) {
      throw new Error(`«${rule.find}» was found ${times} times instead of ${rule.times}`);
    }
  }
}

/**
 * @param {string[]} names
 * @param {string} prefix
 */
function only(names, prefix) {
  const found = names.filter(name => name.startsWith(prefix) && name.endsWith('.js'));
  if (found.length !== 1) throw new Error(`${found.length} scripts begin with ${prefix}`);
  return found[0];
}

/**
 * A .gz beside each file; what was compressed before comes from the cache.
 *
 * @param {string} folder
 */
function compress(folder) {
  const store = join(cache, 'gz');
  mkdirSync(store, { recursive: true });
  let bytes = 0;
  for (const path of [...filesOf(folder)]) {
    if (!COMPRESSED.has(extname(path))) continue;
    const content = readFileSync(path);
    const kept = join(store, digest('sha256', content, 'hex'));
    if (!existsSync(kept)) writeFileSync(kept, gzipSync(content, { level: 9 }));
    cpSync(kept, `${path}.gz`);
    bytes += statSync(kept).size;
  }
  return bytes;
}

function build() {
  const hash = buildHash();
  const stamp = join(dist, 'build.json');
  if (existsSync(stamp) && JSON.parse(readFileSync(stamp, 'utf8')).hash === hash) {
    say(`up to date (${hash})`);
    return;
  }
  const upstream = fetchOhif();
  const next = `${dist}.part`;
  const assets = join(next, 'assets', hash);
  rmSync(next, { recursive: true, force: true });
  mkdirSync(assets, { recursive: true });
  say('copying and trimming');
  copyTrimmed(join(upstream, 'dist'), assets);
  cpSync(join(upstream, 'LICENSE'), join(assets, 'LICENSE-OHIF.txt'));
  say('moving it below /ohif/');
  rewrite(assets);
  for (const name of OWN) cpSync(join(here, name), join(assets, name), { recursive: true });
  const names = readdirSync(assets);
  const chunks = PRELOADED.map(number => only(names, `${number}.bundle.`));
  const modules = [...filesOf(join(assets, 'extension')), ...filesOf(join(assets, 'mode'))]
    .map(path => relative(assets, path))
    .filter(name => name.endsWith('.js'))
    .sort();
  const html = page(`/ohif/assets/${hash}/`, only(names, 'app.bundle.'), chunks, modules);
  writeFileSync(join(next, 'index.html'), html);
  say('compressing');
  const bytes = compress(next);
  writeFileSync(join(next, 'build.json'), `${JSON.stringify({ hash, ohif: ohif.version })}\n`);
  rmSync(dist, { recursive: true, force: true });
  renameSync(next, dist);
  say(`done: ${hash}, ${(bytes / 1e6).toFixed(1)} MB compressed`);
}

build();
