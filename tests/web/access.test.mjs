// Emergency access from the MRN to the review, and the sessions that their owner ends.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { AxeBuilder } from '@axe-core/playwright';

import { heading, pageOf } from './app.helpers.mjs';
import { api, until } from './viewer.helpers.mjs';

const REASON = 'Unconscious in the emergency room';

/** Every text stands out from what is behind it; axe leaves text in the colour of its button open. */
async function assertReadable(page) {
  const axe = new AxeBuilder({ page }).setLegacyMode(true).withRules(['color-contrast']);
  const { violations, incomplete } = await axe.analyze();
  const unseen = incomplete.flatMap(({ nodes }) => nodes).filter(({ any }) => any[0]?.data?.messageKey === 'equalRatio');
  const found = [...violations.flatMap(({ nodes }) => nodes), ...unseen];
  assert.deepEqual(found.map(({ html }) => html), []);
}

/** A restricted patient of the nurse alone; nobody else finds them. */
async function restrictedPatient() {
  const nurse = await api('nurse');
  const patient_id = `GLASS-${Date.now()}`;
  const body = { patient_id, full_name: '한비밀', birth_date: '1990-01-01', gender: 'F', restricted: true };
  return nurse.post('/api/emr/patients/', body);
}

test('a doctor breaks the glass by MRN and ends it, an administrator reviews it', async t => {
  const patient = await restrictedPatient();
  const { page, problems } = await pageOf(t, 'doctor');
  await page.goto('/patients');
  await page.getByRole('button', { name: 'Emergency access' }).click();
  const dialog = page.getByRole('dialog', { name: 'Emergency access' });
  await dialog.getByLabel('MRN of the patient').fill(patient.patient_id);
  await dialog.getByLabel('Reason').fill(REASON);
  await dialog.getByRole('button', { name: 'Open for 60 minutes' }).click();
  await page.waitForURL(`**/patients/${patient.id}`);
  await page.getByRole('heading', { name: patient.full_name }).waitFor();
  await page.getByText('is open to you by emergency access until').waitFor();
  await page.getByRole('button', { name: 'End now' }).waitFor();
  await assertReadable(page);
  await page.getByRole('button', { name: 'End now' }).click();
  await page.getByText('The emergency access has ended.').waitFor();
  await page.getByRole('heading', { name: patient.full_name }).waitFor({ state: 'hidden' });
  assert.deepEqual(problems.filter(problem => !/\b404\b/.test(problem)), []);

  const reviewer = await pageOf(t, 'admin');
  await reviewer.page.goto('/admin/glass');
  const row = reviewer.page.getByRole('row').filter({ hasText: patient.patient_id });
  await row.getByText(REASON).waitFor();
  assert.equal(await row.getByText(patient.full_name).count(), 0, 'a reviewer is not a reader');
  await row.getByRole('button', { name: /^Details/ }).click();
  const details = reviewer.page.getByRole('dialog');
  await details.getByText('patient.read').first().waitFor();
  await details.getByLabel('Comment').fill('Confirmed by the ward');
  await details.getByRole('button', { name: 'Justified', exact: true }).click();
  await row.waitFor({ state: 'hidden' });
  await reviewer.page.getByText('All', { exact: true }).click();
  await row.getByText('Justified').waitFor();
  assert.deepEqual(reviewer.problems, []);
});

test('a session that its owner ends says so and comes back to where it was', async t => {
  const [first, second] = [await pageOf(t, 'labtech'), await pageOf(t, 'labtech')];
  await second.page.goto('/orders');
  await heading(second.page).waitFor();
  await first.page.goto('/profile');
  await first.page.getByText('This session').waitFor();
  await assertReadable(first.page);
  await first.page.getByRole('button', { name: 'End all others' }).click();
  await until('the other sessions are gone', async () =>
    (await first.page.getByRole('list', { name: 'Sessions' }).getByRole('listitem').count()) === 1);
  await second.page.getByRole('link', { name: 'Patients' }).click();
  await second.page.waitForURL('**/login');
  await second.page.getByText('Your session has ended').waitFor();
  await second.page.getByLabel('Username').fill('labtech');
  await second.page.getByLabel('Password', { exact: true }).fill('labtech123');
  await second.page.getByRole('button', { name: 'Log in' }).click();
  await second.page.waitForURL('**/patients');
  assert.deepEqual(first.problems, []);
});
