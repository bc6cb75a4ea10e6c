// A whole read by keyboard alone: from the worklist to the signed report and on to the next study.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { appPage, settled } from './app.helpers.mjs';
import { launch } from './browser.mjs';
import { text } from './texts.mjs';
import { CARTER, stack, stored } from './viewer.dicom.mjs';
import { api, signIn, until } from './viewer.helpers.mjs';

/** Keys other than typed text; docs/reports.md names the figure. */
const MOST_KEYS = 21;
/** The study, and its prior beside it. */
const PANES = 2;
/** From the key that takes the study to the signed report, images drawn in software. */
const LONGEST_S = 60;
/** @satisfies {import('./viewer.dicom.mjs').StudyOptions} */
const HEAD = /** @type {const} */ ({
  content: 'head', patient: CARTER, modality: 'CT', description: 'CT brain', series: ['Head 5.0'],
});

/** @param {string} key */
const en = key => text('en', key);

/**
 * A signed report on an earlier study, whose values may be taken over.
 *
 * @param {import('./viewer.helpers.mjs').Api} as
 */
async function prior(as) {
  const study = await stored('keyboard-prior', stack(6), { ...HEAD, date: '20250301' });
  const { count } = await as.json(`/api/ris/reports/?study_instance_uid=${study}`);
  if (count) return;
  const { id, version } = await as.post('/api/ris/reports/', {
    study_instance_uid: study,
    template: 'stroke',
    language: 'en',
    sections: { findings: 'Shift of the midline.', impression: 'Mass effect.' },
    fields: { haemorrhage: ['none'], acute_infarct: 'absent', midline_shift: 4 },
  });
  await as.json(`/api/ris/reports/${id}/sign/`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'If-Match': `"${version}"` },
    body: JSON.stringify({ password: 'radiologist123' }),
  });
}

/** A study that is the radiologist's to read, and the only one of its kind. */
async function assigned(as) {
  const study = await stored(`keyboard-${Date.now()}`, stack(12), { ...HEAD, date: '20260301' });
  const { id } = await as.json('/api/acct/me/');
  const { results } = await as.json('/api/ris/worklist/?assigned=me&modality=CT&state=unread');
  for (const { study_instance_uid: other } of results)
    await as.post(`/api/ris/studies/${other}/assign/`, { assignee: null });
  await as.post(`/api/ris/studies/${study}/assign/`, { assignee: id });
  return study;
}

/** Counts keys and characters; a pointer that is used in any frame is counted too. */
async function keyboardOf(context, page) {
  const used = { keys: 0, characters: 0, pointer: 0 };
  await context.exposeBinding('pointerUsed', () => { used.pointer += 1; });
  await context.addInitScript(() => {
    for (const kind of ['pointerdown', 'wheel']) addEventListener(kind, () => window.pointerUsed(), true);
  });
  const focus = () =>
    page.evaluate(() => {
      const { activeElement: found } = document;
      return { visible: Boolean(found?.matches(':focus-visible')), name: found?.getAttribute('aria-label') ?? found?.id ?? '' };
    });
  return {
    used,
    focus,
    /** @param {string[]} keys */
    async press(...keys) {
      for (const key of keys) {
        used.keys += 1;
        await page.keyboard.press(key);
      }
    },
    /** To a field, where the focus can be seen. */
    async reach(...keys) {
      await this.press(...keys);
      const { visible, name } = await focus();
      assert.ok(visible, `the focus is not visible after ${keys}: ${name}`);
    },
    async type(words) {
      used.characters += words.length;
      await page.keyboard.type(words);
    },
  };
}

test('a study is read, reported and signed without a mouse', async t => {
  const as = await api('radiologist');
  await prior(as);
  const study = await assigned(as);
  const { page, context, problems } = await appPage(await launch(t, { webgl: true }));
  await signIn(context, 'radiologist');
  const keyboard = await keyboardOf(context, page);
  const focusedIn = what => until(`the focus is in ${what}`, () =>
    page.evaluate(part => Boolean(document.activeElement?.closest(part)), what));
  await page.goto('/worklist?assigned=me&modality=CT');
  await settled(page);
  await page.locator('tbody tr').first().waitFor();

  const begun = performance.now();
  await keyboard.press('n');
  await page.waitForURL(`**/studies/${study}/read`);
  const images = await until('the viewer', () => page.frames().find(frame => frame.url().includes(`StudyInstanceUIDs=${study}`)));
  /** Of the first of its panes, once all hang. */
  const slice = () => images.evaluate(panes => {
    const viewports = window.cornerstone?.getRenderingEngines()[0]?.getViewports() ?? [];
    return viewports.length === panes && viewports.every(each => each.getCurrentImageId())
      ? Math.max(...viewports.map(each => each.getCurrentImageIdIndex()))
      : null;
  }, PANES).catch(() => null);
  await until('the images hang', async () => (await slice()) !== null);
  const first = await slice();
  await keyboard.press('Alt+2', 'ArrowDown', 'ArrowDown');
  await until('the images scroll', async () => (await slice()) === Number(first) + 2);

  await keyboard.reach('Alt+3');
  await focusedIn('[data-part=report] [data-begin]');
  const active = () => page.evaluate(() =>
    document.getElementById(document.activeElement?.getAttribute('aria-activedescendant') ?? '')?.textContent);
  await keyboard.press('ArrowDown');
  while ((await active()) !== 'Stroke') await keyboard.press('ArrowDown');
  await keyboard.press('Enter', 'Alt+B');
  await page.getByLabel('Intracranial haemorrhage').first().waitFor();
  await focusedIn('[data-part=report] [data-begin]');
  await keyboard.press('ArrowDown', 'Enter');
  await keyboard.reach('Tab');
  await keyboard.press('ArrowDown', 'Enter');
  await keyboard.reach('Alt+F');
  await keyboard.type('Infarct of the left MCA territory. No hemorrhage.');
  const findings = page.getByRole('list', { name: 'Key findings: Findings' }).getByRole('listitem');
  await until('the findings are named', async () =>
    (await findings.allTextContents()).join() === 'Infarct,Hemorrhage · negated');
  await keyboard.reach('Alt+4');
  assert.match((await keyboard.focus()).name, /Intracranial haemorrhage None/);
  await keyboard.press('Enter');
  await keyboard.type(', unchanged.');
  await keyboard.reach('Alt+I');
  await keyboard.type('Infarct of the left MCA territory.');
  await keyboard.press('Alt+S');
  await until('the password is asked for', () => page.evaluate(() => document.activeElement?.getAttribute('type') === 'password'));
  await keyboard.type('radiologist123');
  await keyboard.press('Enter');
  await page.getByRole('button', { name: en('reports.amend.button'), exact: true }).waitFor();
  const seconds = (performance.now() - begun) / 1000;
  t.diagnostic(`${keyboard.used.keys} keys, ${keyboard.used.characters} characters, ${keyboard.used.pointer} clicks, ${seconds.toFixed(1)} s`);

  const [{ id }] = (await as.json(`/api/ris/reports/?study_instance_uid=${study}`)).results;
  const report = await as.json(`/api/ris/reports/${id}/`);
  assert.deepEqual([report.status, report.fields.acute_infarct], ['signed', 'absent']);
  assert.match(report.sections.findings, /\nIntracranial haemorrhage None.*, unchanged\.$/);
  assert.deepEqual(report.taken_over.map(({ section, source }) => [section, source.kind]), [['findings', 'prior']]);
  assert.equal(keyboard.used.pointer, 0);
  assert.ok(keyboard.used.keys <= MOST_KEYS, `${keyboard.used.keys} keys`);
  assert.ok(seconds < LONGEST_S, `${seconds} s`);

  // Back to the filter whence it came, where nothing is left; and the keys are written down.
  await page.keyboard.press('Alt+N');
  await page.getByText(en('worklist.nothingNext')).waitFor();
  await page.keyboard.press('Alt+K');
  await page.getByRole('dialog', { name: en('reports.keys.title') }).getByText('Alt+S').waitFor();
  await page.keyboard.press('Escape');
  assert.deepEqual(problems, []);
});
