// Opens one study in the viewer, in a browser that has the viewer itself and nothing of the study;
// prints one JSON object: times from the navigation on, and what its images weighed on the line.
//
//     node opening.mjs STUDY IMAGES FORM
//
// FORM is `stored` (whatever the server likes best) or `original` (uncompressed pixels).
import { launch, newPage } from '../browser.mjs';
import { SLOW_MS, api, sampleStudy, signIn } from '../viewer.helpers.mjs';
import { watchCanvas } from './canvas.mjs';

const [study, images, form] = process.argv.slice(2);
const UNCOMPRESSED =
  'multipart/related; type=application/octet-stream; transfer-syntax=1.2.840.10008.1.2.1';

/** In the page: OHIF's own setting for the form in which frames are asked for, and nothing else. */
function askFor(accept) {
  let config;
  Object.defineProperty(window, 'config', {
    get: () => config,
    set(value) {
      config = value;
      for (const { configuration } of config.dataSources) configuration.acceptHeader = [accept];
    },
  });
}

/** In the page: `imagesAt`, the time (ms since navigation) of each image in cornerstone's cache. */
function watchCache() {
  window.imagesAt = new Map();
  const watch = () => {
    if (!window.cornerstone) return setTimeout(watch, 10);
    const { eventTarget, Enums } = window.cornerstone;
    return eventTarget.addEventListener(Enums.Events.IMAGE_LOADED, ({ detail: { image } }) => {
      if (!window.imagesAt.has(image.imageId)) window.imagesAt.set(image.imageId, performance.now());
    });
  };
  watch();
}

/** Bytes over the line, of frames and of everything else, and the media types of the frames. */
async function weigh(context, page) {
  const wire = await context.newCDPSession(page);
  const frames = new Set();
  const found = { frames: 0, others: 0, types: new Set() };
  await wire.send('Network.enable');
  wire.on('Network.responseReceived', ({ requestId, response }) => {
    if (!response.url.includes('/frames/')) return;
    frames.add(requestId);
    found.types.add(response.headers['Content-Type'].replace(/; ?boundary=[^;]+/, ''));
  });
  wire.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    found[frames.has(requestId) ? 'frames' : 'others'] += encodedDataLength;
  });
  return found;
}

/** The viewer's own files are in the browser's cache after this, as at anybody's second study. */
async function seeAnother(context, other) {
  const page = await context.newPage();
  await page.addInitScript(watchCanvas);
  await page.goto(`/ohif/viewer?StudyInstanceUIDs=${other}`);
  await page.waitForFunction(() => window.firstImageAt, null, { timeout: 3 * SLOW_MS });
  await page.close();
}

const endings = [];
try {
  const browser = await launch({ after: end => endings.unshift(end) }, { webgl: true });
  const { page, context } = await newPage(browser, { viewport: { width: 1280, height: 800 } });
  await signIn(context, 'doctor');
  await seeAnother(context, await sampleStudy(await api('doctor')));
  await page.addInitScript(watchCanvas);
  await page.addInitScript(watchCache);
  if (form === 'original') await page.addInitScript(askFor, UNCOMPRESSED);
  const wire = await weigh(context, page);
  await page.goto(`/ohif/viewer?StudyInstanceUIDs=${study}`);
  const done = wanted => window.firstImageAt && window.imagesAt.size >= wanted;
  await page.waitForFunction(done, Number(images), { timeout: 3 * SLOW_MS });
  const figures = await page.evaluate(() => ({
    first_image_ms: window.firstImageAt - performance.timeOrigin,
    first_loaded_ms: Math.min(...window.imagesAt.values()),
    all_images_ms: Math.max(...window.imagesAt.values()),
  }));
  const weights = { frame_bytes: wire.frames, other_bytes: wire.others, types: [...wire.types] };
  console.log(JSON.stringify({ ...figures, ...weights }));
} finally {
  for (const end of endings) await end();
}
