// The worklist of 10,000 studies from top to bottom, and a plain list of as many rows.
import { appPage } from '../app.helpers.mjs';
import { signIn } from '../viewer.helpers.mjs';
import { ROWS, median, percentile } from './statistics.mjs';

const SLOW_FRAME_MS = 50;

/** In the page: scroll the element to its end, the first pages as one reads, the rest in leaps.
 * Resolves to the time (ms) of each frame and of what the browser itself calls long ones. */
function scrollToEnd(selector) {
  const READING_PX = 90;
  const READING_FRAMES = 500;
  const LEAP_PX = 600;
  const element = document.querySelector(selector);
  const frames = [];
  const long = [];
  const observer = new PerformanceObserver(list => {
    long.push(...list.getEntries().map(({ duration }) => duration));
  });
  observer.observe({ type: 'long-animation-frame' });
  return new Promise(resolve => {
    let last = 0;
    const step = at => {
      if (last) frames.push(at - last);
      last = at;
      const before = element.scrollTop;
      element.scrollTop += frames.length < READING_FRAMES ? READING_PX : LEAP_PX;
      if (frames.length && element.scrollTop === before) {
        observer.disconnect();
        resolve({ frames, long });
      } else requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  });
}

const TASKS = 'disabled-by-default-devtools.timeline';

/** The longest time (ms) of processor that one task of the page's main thread took: what of a slow
 * frame is the page's own, on a machine that does other things as well. */
function longestTask(trace) {
  const { traceEvents } = JSON.parse(trace);
  const main = new Set(traceEvents
    .filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
    .map(({ pid, tid }) => `${pid}/${tid}`));
  const tasks = traceEvents.filter(({ name, pid, tid, tdur }) =>
    tdur && /RunTask$/.test(name) && main.has(`${pid}/${tid}`));
  return Math.max(...tasks.map(({ tdur }) => tdur)) / 1000;
}

async function scrolled(page, selector) {
  const browser = page.context().browser();
  await browser.startTracing(page, { categories: [TASKS, 'toplevel'] });
  const { frames, long } = await page.evaluate(scrollToEnd, selector);
  const task = longestTask(await browser.stopTracing());
  return {
    task,
    median: median(frames),
    p99: percentile(frames, 0.99),
    max: Math.max(...frames),
    slow: frames.filter(ms => ms > SLOW_FRAME_MS).length,
    frames: frames.length,
    long: Math.max(0, ...long),
  };
}

export async function prepareWorklist(browser, peers) {
  const { page, context } = await appPage(browser);
  await signIn(context, 'doctor');
  return { page, context, peers };
}

export async function measureWorklist({ page, peers }) {
  await page.goto(`${peers}/list`, { waitUntil: 'networkidle' });
  const peer = await scrolled(page, '#list');
  await page.goto('/studies', { waitUntil: 'networkidle' });
  const table = page.getByRole('table');
  await table.waitFor();
  const count = Number(await table.getAttribute('aria-rowcount')) - 1;
  if (count < ROWS) throw new Error(`only ${count} studies in the list`);
  const found = await scrolled(page, '[role="table"]');
  await page.locator('[role="row"] a').last().waitFor();
  return {
    scroll_median_ms: found.median, scroll_p99_ms: found.p99, scroll_max_ms: found.max,
    scroll_longest_ms: found.long, scroll_task_ms: found.task, scroll_slow_frames: found.slow, scroll_frames: found.frames,
    peer_scroll_median_ms: peer.median, peer_scroll_p99_ms: peer.p99, peer_scroll_max_ms: peer.max,
    peer_scroll_longest_ms: peer.long, peer_scroll_task_ms: peer.task, peer_scroll_slow_frames: peer.slow,
  };
}
