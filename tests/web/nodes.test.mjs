// The DICOM nodes: an administrator adds one, tests the connection, changes its rights and deletes it;
// radiology sees why an order is on the modality worklist.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { heading, pageOf } from './app.helpers.mjs';
import { MRN, api, until } from './viewer.helpers.mjs';

test('an administrator manages a DICOM node', async t => {
  const { page, problems } = await pageOf(t, 'admin');
  const name = `Scanner ${Date.now()}`;
  await page.goto('/admin/nodes');
  await page.getByRole('button', { name: 'Add node' }).click();
  const form = page.getByRole('dialog', { name: 'Add node' });
  await form.getByLabel('Name').fill(name);
  await form.getByLabel('AE title').fill(`W${Date.now()}`);
  await form.getByLabel('IP address').fill('127.0.0.1');
  await form.getByLabel('Modalities').fill('mr, ct');
  await form.getByRole('checkbox', { name: 'Worklist' }).check();
  await form.getByRole('button', { name: 'Save' }).click();
  const row = page.getByRole('row', { name });
  await row.getByText('Worklist').waitFor();
  await page.getByRole('button', { name: `Test the connection to ${name}` }).click();
  await row.getByText('Refused').waitFor();
  await page.getByRole('button', { name, exact: true }).click();
  const editor = page.getByRole('dialog', { name });
  assert.equal(await editor.getByLabel('Modalities').inputValue(), 'MR, CT');
  await editor.getByRole('checkbox', { name: 'Worklist' }).uncheck();
  await editor.getByRole('button', { name: 'Save' }).click();
  await row.getByText('None').waitFor();
  await page.getByRole('button', { name: `Delete ${name}` }).click();
  await row.waitFor({ state: 'detached' });
  assert.deepEqual(problems, []);
});

test('radiology sees why an order is on the modality worklist', async t => {
  const doctor = await api('doctor');
  const [patient] = (await doctor.json(`/api/emr/patients/?patient_id=${MRN}`)).results;
  const body = { patient: patient.id, job_role: 'RIS', job_type: 'CT_CHEST' };
  const order = await doctor.post('/api/ocs/orders/', body);
  const radiologist = await api('radiologist');
  await until('the entry', async () =>
    (await radiologist.json('/api/ris/mwl/?page_size=200')).results.find(row => row.order === order.id),
  );
  const { page, problems } = await pageOf(t, 'radiologist');
  await page.goto('/modality-worklist');
  assert.equal(await heading(page).innerText(), 'Modality worklist');
  const row = page.getByRole('row', { name: order.accession_number });
  await row.getByText('Waiting for images').waitFor();
  assert.deepEqual(problems, []);
});
