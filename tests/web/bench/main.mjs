// Measures the frontends in Chromium; prints one JSON object: medians over the runs, and the studies
// that were uploaded for it. BASE_URL names the stack, which holds 10,000 studies more than usual.
import { launch } from '../browser.mjs';
import { uid } from '../viewer.dicom.mjs';
import { api } from '../viewer.helpers.mjs';
import { median, plainPages } from './statistics.mjs';
import { measureLogin } from './login.mjs';
import { measureUpload } from './upload.mjs';
import { measureViewer, prepareViewer } from './viewer.mjs';
import { measureWorklist, prepareWorklist } from './worklist.mjs';

const RUNS = Number(process.env.BENCH_RUNS ?? 3);
const only = process.argv[2];

/**
 * `measure(run)` RUNS times; the median of each of its results.
 *
 * @param {string} name
 * @param {(run: number) => Promise<Record<string, number>>} measure
 */
async function medians(name, measure) {
  if (only && only !== name) return {};
  /** @type {Record<string, number>[]} */
  const runs = [];
  for (let run = 1; run <= RUNS; run += 1) {
    console.error(`${name}: run ${run} of ${RUNS}`);
    runs.push(await measure(run));
  }
  return Object.fromEntries(
    Object.keys(runs[0]).map(key => [key, median(runs.map(found => found[key]))]));
}

const endings = [];
const t = { after: end => endings.unshift(end) };
const studies = [];
try {
  const browser = await launch(t, { webgl: true });
  // Pages without WebGL are drawn by the processor: faster than a graphics card that is imitated.
  const plain = await launch(t);
  const peers = await plainPages();
  t.after(peers.close);
  const as = await api('doctor');
  const radiologist = await api('radiologist');
  const figures = await medians('login', () => measureLogin(plain, peers.address));

  if (!only || only === 'worklist') {
    const worklist = await prepareWorklist(plain, peers.address);
    Object.assign(figures, await medians('worklist', () => measureWorklist(worklist)));
    await worklist.context.close();
  }
  if (!only || only === 'viewer') {
    const viewer = await prepareViewer(browser, as);
    Object.assign(figures, await medians('viewer', () => measureViewer(viewer, as)), { viewer_cold_ms: viewer.cold });
    await viewer.context.close();
  }
  Object.assign(figures, await medians('upload', run => {
    const name = `bench-${Date.now()}-${run}`;
    studies.push(uid(`${name}-page`), uid(`${name}-api`));
    return measureUpload(plain, radiologist, name);
  }));
  console.log(JSON.stringify({ figures, studies }));
} finally {
  for (const end of endings) await end();
}
