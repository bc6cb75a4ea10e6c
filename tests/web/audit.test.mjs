// The audit page: what a viewer asked of a series is one record that can be unfolded.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { pageOf } from './app.helpers.mjs';
import { api, sampleStudy, until } from './viewer.helpers.mjs';

const FRAMES = 60;
const value = (instance, tag) => instance[tag].Value[0];

/** Frames of a series, as a viewer asks for them; returns the instances. */
async function open(as, study) {
  const root = `/api/ris/dicom-web/studies/${study}`;
  const instances = (await as.json(`${root}/instances?limit=${FRAMES}`)).slice(0, FRAMES);
  for (const instance of instances) {
    const path = `series/${value(instance, '0020000E')}/instances/${value(instance, '00080018')}`;
    await (await as.call(`${root}/${path}/frames/1`)).arrayBuffer();
  }
  return instances;
}

test('an administrator finds who saw an image and unfolds the burst', async t => {
  const as = await api('doctor');
  const instances = await open(as, await sampleStudy(as));
  const uid = value(instances.at(-1), '00080018');
  const admin = await api('admin');
  const record = await until('the burst in the log', async () => {
    const logs = await admin.json(`/api/audit/logs/?sop_instance_uid=${uid}&actor_username=doctor`);
    return logs.results.find(log => log.requests > 1);
  });
  const { page, problems } = await pageOf(t, 'admin');
  await page.goto('/admin/audit');
  await page.getByLabel('SOP Instance UID').fill(uid);
  await page.getByLabel('Username').fill('doctor');
  await page.getByRole('button', { name: `Requests: ${record.requests}` }).first().click();
  const dialog = page.getByRole('dialog', { name: `Requests: ${record.requests}` });
  await dialog.getByText(`${record.requests} total`).waitFor();
  const rows = await dialog.getByRole('row').count();
  assert.equal(rows, Math.min(record.requests, 50) + 1);
  const shown = await admin.json(`/api/audit/logs/${record.id}/items/`);
  await dialog.getByRole('cell', { name: shown.results[0].sop_instance_uid }).first().waitFor();
  assert.deepEqual(problems, []);
});
