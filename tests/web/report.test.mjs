// A report from the first word to the patient who reads it: draft, key findings, a server out of reach,
// two windows at once, signature, amendment.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { pageOf, settled } from './app.helpers.mjs';
import { text } from './texts.mjs';
import { KIM, stack, stored } from './viewer.dicom.mjs';
import { api, until } from './viewer.helpers.mjs';

const NAME = `report ${Date.now()}`;
const PHRASE = `no new lesion ${Date.now()}`;

/** @param {string} key */
const en = key => text('en', key);
/** @param {import('playwright-core').Page | import('playwright-core').Locator} within @param {string} key */
const button = (within, key) => within.getByRole('button', { name: en(key), exact: true });
/** @param {import('playwright-core').Page} page @param {string} label */
const area = (page, label) => page.getByRole('textbox', { name: label });

/** @param {import('playwright-core').Page} page */
const saved = page => page.getByText(/^Last saved .* · version \d+$/).waitFor();

/** @param {import('playwright-core').Page} page @param {string} section */
const findingsOf = (page, section) =>
  page.getByRole('list', { name: `Key findings: ${section}` }).getByRole('listitem').allTextContents();

test('a report is written, signed, amended and read by its patient', async t => {
  const study = await stored(NAME, stack(3), { patient: KIM });
  const as = await api('radiologist');
  const only = async () => (await as.json(`/api/ris/reports/?study_instance_uid=${study}`)).results;
  const { page, context } = await pageOf(t, 'radiologist');
  await page.goto(`/studies/${study}/report`);
  await page.getByRole('combobox', { name: en('reports.template') }).click();
  await page.getByRole('option', { name: 'General' }).first().click();
  await button(page, 'reports.begin.button').click();

  await area(page, 'Findings').fill('Enhancing mass in the left frontal lobe. No hemorrhage. 전이 배제 못함.');
  await saved(page);
  await until('the findings are named', async () => (await findingsOf(page, 'Findings')).length === 4);
  assert.deepEqual(await findingsOf(page, 'Findings'), [
    'Enhancement', 'Tumor', 'Hemorrhage · negated', 'Metastasis · uncertain',
  ]);

  // Out of reach, and back: what was typed meanwhile arrives.
  await context.route('**/api/ris/reports/**', route => route.abort());
  await area(page, 'Impression').fill('Glioma.');
  const alarm = page.getByRole('alert').getByText(en('reports.save.unreachable'));
  await alarm.waitFor();
  assert.equal(await area(page, 'Impression').inputValue(), 'Glioma.');
  await context.unroute('**/api/ris/reports/**');
  await alarm.waitFor({ state: 'hidden' });
  await saved(page);
  const [draft] = await only();
  const report = `/api/ris/reports/${draft.id}/`;
  assert.equal((await as.json(report)).sections.impression, 'Glioma.');

  await button(page, 'reports.images.choose').click();
  const choosing = page.getByRole('dialog', { name: en('reports.images.choose') });
  await choosing.getByRole('button', { name: 'Image 2 of the series' }).click();
  await button(choosing, 'reports.images.done').click();
  const image = page.getByRole('list', { name: en('reports.images.title') }).getByRole('img', { name: 'Key image 1' });
  await image.waitFor();
  await until('the key image is stored', async () => (await as.json(report)).key_images.length === 1);

  // Another window saved it: both texts are shown, and mine goes on.
  const stands = await as.json(report);
  await as.json(report, {
    method: 'PATCH',
    headers: { 'Content-Type': 'application/json', 'If-Match': `"${stands.version}"` },
    body: JSON.stringify({ sections: { impression: 'Metastasis.' } }),
  });
  await area(page, 'Impression').fill('High-grade glioma.');
  const conflict = page.getByRole('dialog', { name: en('reports.conflict.title') });
  await conflict.getByText('Metastasis.').waitFor();
  await button(conflict, 'reports.conflict.keepMine').click();
  await conflict.waitFor({ state: 'hidden' });
  await saved(page);

  await button(page, 'reports.preliminary.button').click();
  await page.getByText(en('status.report.preliminary'), { exact: true }).first().waitFor();
  await sign(page, 'wrong');
  await page.getByRole('dialog').getByRole('alert').waitFor();
  await page.getByLabel(en('reports.sign.password')).fill('radiologist123');
  await page.keyboard.press('Enter');
  await button(page, 'reports.amend.button').waitFor();
  assert.equal((await as.json(report)).status, 'signed');
  assert.equal(await page.getByRole('textbox').count(), 0, 'signed text is not a field');

  await button(page, 'reports.amend.button').click();
  const amending = page.getByRole('dialog');
  await amending.getByRole('textbox').fill('Side confused');
  await button(amending, 'reports.amend.button').click();
  await area(page, 'Impression').fill(`High-grade glioma, ${PHRASE}.`);
  await saved(page);
  await sign(page, 'radiologist123');
  await button(page, 'reports.amend.button').waitFor();
  // A draft that was begun by mistake.
  await page.getByText(en('reports.begin.another'), { exact: true }).click();
  await button(page, 'reports.begin.button').click();
  await area(page, 'Findings').fill('Wrong study.');
  await saved(page);
  await button(page, 'reports.discard.button').click();
  const discarding = page.getByRole('dialog', { name: en('reports.discard.title') });
  await discarding.getByRole('textbox').fill('Begun by mistake');
  await button(discarding, 'reports.discard.button').click();
  await page.getByText(en('status.report.discarded'), { exact: true }).first().waitFor();
  const discarded = await as.json(`/api/ris/reports/?study_instance_uid=${study}&status=discarded`);
  assert.equal(discarded.count, 1);

  const [amendment] = (await only()).filter(one => one.in_force);
  assert.deepEqual([amendment.status, amendment.predecessor], ['amended', draft.id]);
  await page.goto('/reports');
  await settled(page);
  await page.getByText(en('status.report.amended'), { exact: true }).first().waitFor();
});

/** @param {import('playwright-core').Page} page @param {string} password */
async function sign(page, password) {
  await button(page, 'reports.sign.button').click();
  await page.getByLabel(en('reports.sign.password')).fill(password);
  await page.keyboard.press('Enter');
}

test('its patient reads it among the results, in plain form', async t => {
  const { page } = await pageOf(t, 'patient');
  await page.goto('/my-record');
  await page.getByRole('tab', { name: en('portal.part.results') }).click();
  await page.getByText(PHRASE).waitFor();
});
