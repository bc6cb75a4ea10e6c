// A mask on an Enhanced (multi-frame) image: begun, drawn, saved, corrected and published by frames,
// and where it comes from.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { enhanced, stack, storedFiles, uid } from './viewer.dicom.mjs';
import {
  SLOW_MS,
  api,
  assertSameLabels,
  drag,
  openViewer,
  painted,
  renderedLabels,
  storedLabels,
  until,
  viewerPage,
} from './viewer.helpers.mjs';

const FRAMES = 6;
const CORNER = [
  [0.4, 0.4],
  [0.5, 0.5],
];
const CATEGORY = { value: '49755003', scheme: 'SCT', meaning: 'Morphologically Abnormal Structure' };
const TYPE = { value: '52988006', scheme: 'SCT', meaning: 'Lesion' };

test('a mask is drawn on the frames of one image, corrected and published', async t => {
  const as = await api('doctor');
  const name = `frames-${Date.now()}`; // a study of its own, with nothing in it to be reviewed
  const study = await storedFiles(name, [enhanced(name, stack(FRAMES).reverse())]);
  const begun = await as.post('/api/ai/segmentations/', {
    study_instance_uid: study,
    series_instance_uid: uid(name, 'one'),
    segments: [{ number: 1, label: 'Lesion', category: CATEGORY, type: TYPE }],
  });
  const { page, problems } = await viewerPage(t);
  await openViewer(page, study, begun.job);

  const sop = uid(name, 'enhanced');
  const empty = await renderedLabels(page);
  assert.deepEqual(
    [...empty.keys()].sort(),
    Array.from({ length: FRAMES }, (_, at) => `${sop}/frames/${at + 1}`),
  );
  await page.click('#cdss-brush');
  await drag(page, CORNER);
  await until('a frame is painted', async () => painted(empty, await renderedLabels(page)).size === 1);
  const first = [...painted(empty, await renderedLabels(page)).keys()][0];
  await page.click('#cdss-save');
  await page.locator('.cdss-savebar[data-status="saved"]').waitFor({ timeout: SLOW_MS });
  const one = await storedLabels(as, begun.id, 1);
  assertSameLabels(await renderedLabels(page), one);
  assert.ok(one.get(first)?.some(Boolean), 'the frame that was drawn on');

  await page.reload();
  await openViewer(page, study, begun.job);
  assertSameLabels(await renderedLabels(page), one);
  await page.evaluate(async last => {
    const viewport = window.cornerstone.getRenderingEngines()[0].getViewports()[0];
    await viewport.setImageIdIndex(last);
  }, FRAMES - 1);
  await page.click('#cdss-brush');
  await drag(page, CORNER);
  await until('the last frame too', async () => painted(one, await renderedLabels(page)).size === 1);
  await page.click('#cdss-save');
  await page.locator('.cdss-savebar[data-status="saved"]').waitFor({ timeout: SLOW_MS });
  const two = await storedLabels(as, begun.id, 2);
  assert.deepEqual([...painted(one, two).keys()], [`${sop}/frames/${FRAMES}`]);

  await page.click('#cdss-approve');
  await page.locator('.cdss-dialog button[name="yes"]').click();
  await page.locator('#cdss-publication[data-status="PUBLISHED"]').waitFor({ timeout: 2 * SLOW_MS });
  const { publication } = await as.json(`/api/ai/jobs/${begun.job}/`);
  const drawn = [first, `${sop}/frames/${FRAMES}`].map(slice => Number(slice.split('/').at(-1)));
  assert.deepEqual(await framesOf(as, study, publication.seg), new Set(drawn));

  await page.goto(`/ai/segmentations/${begun.id}/versions/2`);
  const versions = page.getByRole('table', { name: '버전' });
  await versions.getByText(/^Lesion: \+\d/).nth(1).waitFor();
  assert.equal(await versions.getByRole('row').count(), 1 + 2, 'who changed how much, by version');
  assert.deepEqual(problems, []);
});

/**
 * The frames of the image that the SEG in the archive names as its sources.
 *
 * @param {import('./viewer.helpers.mjs').Api} as
 * @param {string} study
 * @param {{ series_instance_uid: string, sop_instance_uid: string }} seg
 */
async function framesOf(as, study, seg) {
  const path = `/api/ris/dicom-web/studies/${study}/series/${seg.series_instance_uid}/instances/${seg.sop_instance_uid}`;
  const [dataset] = await as.json(`${path}/metadata`, { headers: { Accept: 'application/dicom+json' } });
  const first = (found, tag) => found[tag].Value[0];
  return new Set(
    dataset['52009230'].Value.map(frame =>
      Number(first(first(first(frame, '00089124'), '00082112'), '00081160')),
    ),
  );
}
