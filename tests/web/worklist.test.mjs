// A reader's way through the worklist by keyboard alone, and what a colleague's lock does.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { appPage, heading, pageOf, settled } from './app.helpers.mjs';
import { launch } from './browser.mjs';
import { api, sampleStudy, signIn } from './viewer.helpers.mjs';

const send = (as, path, body = {}) => as.json(path, { method: 'POST', body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } });
const release = async (as, uid) => send(as, `/api/ris/studies/${uid}/reading/`, { status: 'UNREAD', reason: 'for the test' });
const focused = page => page.evaluate(() => document.activeElement?.getAttribute('href'));

test('reading by keyboard: move, open with the lock, back, next', async t => {
  const as = await api('radiologist');
  const uid = await sampleStudy(as);
  await release(as, uid);
  const { page } = await pageOf(t, 'radiologist');
  await page.goto('/worklist');
  await settled(page);
  await page.locator('tbody tr').first().waitFor();
  const hrefs = await page.locator('tbody a').evaluateAll(links => links.map(link => link.getAttribute('href')));
  await page.keyboard.press('j');
  assert.equal(await focused(page), hrefs[0]);
  if (hrefs.length > 1) {
    await page.keyboard.press('ArrowDown');
    assert.equal(await focused(page), hrefs[1]);
    await page.keyboard.press('k');
  }
  assert.equal(await focused(page), hrefs[0]);
  await page.keyboard.press('Enter');
  await page.waitForURL(`**${hrefs[0]}/read`);
  const opened = String(hrefs[0]).split('/').at(-1);
  const { reading_status: status, reader } = await as.json(`/api/ris/studies/${opened}/`);
  assert.deepEqual([status, reader.username], ['READING', 'radiologist']);
  await release(as, opened);
  await page.goBack();
  await settled(page);
  await page.locator('tbody tr').first().waitFor();
  await page.keyboard.press('n');
  await page.waitForURL('**/studies/*/read');
  const next = page.url().split('/').at(-2);
  const taken = await as.json(`/api/ris/studies/${next}/`);
  assert.deepEqual([taken.reading_status, taken.reader.username], ['READING', 'radiologist']);
  await release(as, next);
});

test('a row changes without a reload, and a study that a colleague reads needs a reason', async t => {
  const [as, colleague] = await Promise.all([api('radiologist'), api('doctor')]);
  const uid = await sampleStudy(as);
  await release(as, uid);
  const { page } = await pageOf(t, 'radiologist');
  await page.goto('/worklist?state=unread,being_read');
  await settled(page);
  const row = page.locator('tbody tr').filter({ has: page.locator(`a[href="/studies/${uid}"]`) });
  await row.getByText('Unread', { exact: true }).waitFor();
  await send(colleague, `/api/ris/studies/${uid}/lock/`);
  await row.getByText('Being read', { exact: true }).waitFor();
  await row.getByRole('link').press('Enter');
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Reason').fill('The colleague is in theatre');
  await page.keyboard.press('Enter');
  await page.waitForURL(`**/studies/${uid}/read`);
  const { reader } = await as.json(`/api/ris/studies/${uid}/`);
  assert.equal(reader.username, 'radiologist');
  await release(as, uid);
});

test('Korean says it in the words of a hospital', async t => {
  const { context, page } = await appPage(await launch(t), { language: 'ko' });
  await signIn(context, 'radiologist');
  await page.goto('/worklist');
  await settled(page);
  assert.equal(await heading(page).textContent(), '판독 목록');
  await page.getByRole('tab', { name: '판독 대기' }).waitFor();
});
