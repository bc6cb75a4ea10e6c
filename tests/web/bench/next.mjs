// From the key that takes the next study to its first image on the screen; prints one JSON object: the times (ms)
// of studies that were prepared and of others, in turn, and the studies that were uploaded for it.
import { appPage, settled } from '../app.helpers.mjs';
import { launch } from '../browser.mjs';
import { CARTER, stack, stored } from '../viewer.dicom.mjs';
import { SLOW_MS, api, signIn } from '../viewer.helpers.mjs';
import { watchCanvas } from './canvas.mjs';

const RUNS = Number(process.env.BENCH_RUNS ?? 10);
const SERIES = ['T1 AX +C', 'AX FLAIR', 'AX T2'];
const SLICES = 20;
const SIZE = { rows: 256, columns: 256 };
const LIST = '/worklist?assigned=me&modality=MR';

/** In the page: `nextMs`, from the key to the frame that shows an image of another study. */
function watchNext() {
  if (window.parent !== window) return;
  /** @returns {HTMLIFrameElement | null} */
  const shown = () => document.querySelector('iframe[data-part="images"]');
  addEventListener('keydown', ({ key, timeStamp }) => {
    if (key !== 'n') return;
    window.nextMs = 0;
    const before = shown();
    const look = () => {
      const frame = shown();
      if (frame && frame !== before && frame.contentWindow?.firstImageAt)
        requestAnimationFrame(() => setTimeout(() => { window.nextMs = performance.now() - timeStamp; }));
      else requestAnimationFrame(look);
    };
    look();
  }, true);
}

/** In the page: nothing is prepared, as for a study that a colleague let go a moment ago. */
function prepareNothing() {
  window.requestIdleCallback = () => 0;
}

async function taken(page, key) {
  await page.keyboard.press(key);
  const time = await page.waitForFunction(() => window.nextMs, null, { timeout: SLOW_MS });
  return time.jsonValue();
}

/** Until the viewer of the next study has drawn, out of sight. */
const prepared = page => page.waitForFunction(
  () => {
    /** @type {HTMLIFrameElement | null} */
    const frame = document.querySelector('iframe[data-part="prepared"]');
    return frame?.contentWindow?.firstImageAt;
  },
  null,
  { timeout: SLOW_MS, polling: 250 },
);

async function listed(page) {
  await page.goto(LIST);
  await settled(page);
  await page.locator('tbody tr').first().waitFor();
  await page.waitForLoadState('networkidle');
}

async function reader(browser, ...scripts) {
  const { page, context } = await appPage(browser);
  await signIn(context, 'radiologist');
  for (const script of [watchNext, watchCanvas, ...scripts]) await page.addInitScript(script);
  return page;
}

const endings = [];
const studies = [];
try {
  const as = await api('radiologist');
  const { id } = await as.json('/api/acct/me/');
  for (let number = 0; number < 2 * RUNS + 2; number += 1) {
    const name = `next-${Date.now()}-${number}`;
    studies.push(await stored(name, stack(SLICES), {
      ...SIZE, content: 'head', patient: CARTER, series: SERIES, description: 'MRI brain', frame: name,
    }));
    await as.post(`/api/ris/studies/${studies.at(-1)}/assign/`, { assignee: id });
  }
  const browser = await launch({ after: end => endings.unshift(end) }, { webgl: true });
  const [plain, eager] = [await reader(browser, prepareNothing), await reader(browser)];
  /** @type {Record<string, number[]>} */
  const times = { prefetched: [], not_prefetched: [] };
  // The very first time fills the browser's cache with the viewer itself.
  for (const page of [plain, eager]) {
    await listed(page);
    await taken(page, 'n');
  }
  for (let run = 1; run <= RUNS; run += 1) {
    console.error(`next study: run ${run} of ${RUNS}`);
    await plain.bringToFront();
    await listed(plain);
    times.not_prefetched.push(await taken(plain, 'n'));
    await plain.goto('about:blank');
    await eager.bringToFront();
    // From the worklist and from one study to the other in turn.
    const fromList = run % 2 === 1;
    if (fromList) await listed(eager);
    await prepared(eager);
    await eager.waitForTimeout(1000);
    times.prefetched.push(await taken(eager, fromList ? 'n' : 'Alt+n'));
  }
  console.log(JSON.stringify({ ...times, studies }));
} finally {
  for (const end of endings) await end();
}
