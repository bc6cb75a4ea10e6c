// Both faces run under their content security policy and ask nobody but this server.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { launch, newPage } from './browser.mjs';

for (const path of ['/', '/login', '/studies/1.2.3', '/ohif/', '/ohif/viewer?StudyInstanceUIDs=1.2.3']) {
  test(`${path} breaks no rule of its policy and loads nothing from outside`, async t => {
    const browser = await launch(t);
    const { page, problems } = await newPage(browser);
    const answer = await page.goto(path, { waitUntil: 'networkidle' });
    assert.equal(answer.status(), 200);
    assert.notEqual((await page.locator('body').innerText()).trim(), '');
    assert.deepEqual(problems, []);
  });
}
