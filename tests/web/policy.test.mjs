// Both frontends run under their content security policy and ask nobody but this server.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { launch, newPage } from './browser.mjs';
import { api, sampleStudy, signIn } from './viewer.helpers.mjs';

for (const path of ['/', '/login', '/studies/1.2.3']) {
  test(`${path} breaks no rule of its policy and loads nothing from outside`, async t => {
    const { page, problems } = await newPage(await launch(t, { webgl: true }));
    const answer = await page.goto(path, { waitUntil: 'networkidle' });
    assert.equal(answer?.status(), 200);
    await page.getByRole('heading').first().waitFor();
    assert.deepEqual(problems, []);
  });
}

test('the application of somebody signed in breaks none either', async t => {
  const { context, page, problems } = await newPage(await launch(t, { webgl: true }));
  await signIn(context, 'doctor');
  const socket = page.waitForEvent('websocket', { timeout: 5000 }).catch(() => null);
  await page.goto('/', { waitUntil: 'networkidle' });
  await page.getByRole('navigation').first().waitFor();
  await socket;
  assert.deepEqual(problems, []);
});

test('the viewer opens a study under its policy and loads nothing from outside', async t => {
  const { context, page, problems } = await newPage(await launch(t, { webgl: true }));
  await signIn(context, 'doctor');
  await page.goto(`/ohif/viewer?StudyInstanceUIDs=${await sampleStudy(await api('doctor'))}`);
  await page.locator('canvas.cornerstone-canvas').first().waitFor();
  await page.waitForLoadState('networkidle');
  assert.deepEqual(problems, []);
});
