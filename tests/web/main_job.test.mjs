// The whole main job by mouse: from the login page to the published mask, without leaving the
// browser; then the painted voxels are found again in the SEG in the archive.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { appPage, label, logInByHand, mainMenu } from './app.helpers.mjs';
import { launch } from './browser.mjs';
import { segFile } from './seg.mjs';
import { MRN, SLOW_MS, api, assertSameLabels, drag, renderedLabels, painted, rejectWaiting, sampleStudy,
  storedLabels, until } from './viewer.helpers.mjs';

test('log in, ask for AI, paint, save, approve, see it published', async t => {
  const as = await api('doctor');
  const study = await sampleStudy(as);
  await rejectWaiting(as, study);
  const { page, problems } = await appPage(await launch(t, { webgl: true }));
  await logInByHand(page, 'doctor');

  await mainMenu(page).getByRole('link', { name: label('/studies') }).click();
  await page.getByRole('button', { name: 'Priority' }).click();
  await page.locator('[role="columnheader"][aria-sort="ascending"]', { hasText: 'Priority' }).waitFor();
  await page.getByLabel('Name, MRN or accession number').click();
  await page.keyboard.type(MRN);
  await page.locator(`a[href="/studies/${study}"]`).click();
  await page.getByText('Clinical question').waitFor();

  const analyses = page.getByRole('region', { name: 'AI analyses' });
  const requests = page.waitForResponse(
    response => response.url().endsWith('/api/ai/jobs/') && response.request().method() === 'POST');
  await analyses.getByRole('button', { name: 'Request AI' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Request AI' }).click();
  const { id } = await (await requests).json();
  const newest = analyses.locator('.mantine-Accordion-item').first();
  await newest.getByText(/^(Waiting|Running)$/).waitFor();
  await newest.getByText('Awaiting review').waitFor({ timeout: 2 * SLOW_MS });
  await newest.getByText('Result ready').waitFor();

  await page.getByRole('link', { name: 'Open in the viewer' }).click();
  await page.locator('#cdss-mask .cdss-segments output', { hasText: 'ml' }).waitFor({ timeout: SLOW_MS });
  const { segmentation } = await as.json(`/api/ai/jobs/${id}/`);
  const ai = await storedLabels(as, segmentation, 1);
  assertSameLabels(await renderedLabels(page), ai);

  await page.click('#cdss-brush');
  await drag(page, [[0.1, 0.1], [0.2, 0.15]]);
  const stroke = await until('the stroke is in the mask', async () => {
    const found = painted(ai, await renderedLabels(page));
    return found.size ? found : null;
  });
  await page.click('#cdss-save');
  await page.locator('.cdss-savebar[data-status="saved"]').waitFor();
  assert.deepEqual(painted(ai, await storedLabels(as, segmentation, 2)), stroke);

  await page.click('#cdss-approve');
  await page.locator('.cdss-dialog button[name="yes"]').click();
  await page.locator('#cdss-publication[data-status="PUBLISHED"]').waitFor({ timeout: 2 * SLOW_MS });
  await page.click('#cdss-back');
  await page.waitForURL(`**/studies/${study}`);
  await newest.getByText('Approved', { exact: true }).first().waitFor();
  await newest.getByText('Report in the FHIR record').waitFor();
  await newest.getByText('Volume of the approved version 2').waitFor();
  await page.getByRole('region', { name: 'Segmentations' }).getByText('Version 2').first().waitFor();

  const { publication } = await as.json(`/api/ai/jobs/${id}/`);
  const grid = await as.json(`/api/ai/segmentations/${segmentation}/versions/2/`);
  const archived = await segFile(as, study, publication.seg, grid);
  for (const [sop, at] of stroke) {
    for (const index of at) assert.ok(archived.get(sop)?.[index], `voxel ${index} of ${sop} is in the SEG`);
  }
  assertSameLabels(archived, await storedLabels(as, segmentation, 2));
  assert.deepEqual(problems, []);
});
