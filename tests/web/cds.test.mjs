// Decision support: an order with a contrast agent for a patient with poor kidney function is warned of, put
// aside with a reason, and ordered; the administrator sees that.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { heading, pageOf } from './app.helpers.mjs';
import { api } from './viewer.helpers.mjs';

test('a warning while ordering is put aside with a reason, which the administrator reads', async t => {
  const name = `Kidney ${Date.now()}`;
  const doctor = await api('doctor');
  const patient = await doctor.post('/api/emr/patients/', {
    patient_id: `CDS-${Date.now()}`,
    full_name: name,
    birth_date: '1950-02-03',
    gender: 'F',
  });
  const blood = await doctor.post('/api/ocs/orders/', { patient: patient.id, job_role: 'LIS', job_type: 'BLOOD' });
  const lab = await api('labtech');
  const analyte = { code: '2160-0', name: 'Creatinine', value: 3.1, unit: 'mg/dL' };
  const entered = await lab.post(`/api/lis/orders/${blood.id}/results/`, { result: { analytes: [analyte] } });
  await doctor.post(`/api/lis/results/${entered.id}/verify/`, {});

  const { page, problems } = await pageOf(t, 'doctor');
  await page.goto('/orders');
  await page.getByRole('button', { name: 'New order' }).click();
  const form = page.getByRole('dialog', { name: 'New order' });
  await form.getByRole('combobox', { name: 'Patient' }).fill(name);
  await page.getByRole('option', { name: new RegExp(name) }).first().click();
  await form.getByLabel('Examination').first().fill('Brain MRI with contrast');
  await form.getByLabel('Examination').first().press('Tab');
  await form.getByText(/poor kidney function/).waitFor();
  await form.getByRole('button', { name: 'Create order' }).click();
  await form.getByRole('button', { name: 'Order anyway' }).waitFor();
  await form.getByRole('button', { name: 'Put aside' }).click();
  await form.getByRole('combobox', { name: 'Reason' }).click();
  await page.getByRole('option', { name: 'Emergency' }).click();
  await form.getByLabel('Remark').fill('Stroke');
  await form.getByRole('button', { name: 'Put aside with this reason' }).click();
  await form.getByText(/poor kidney function/).waitFor({ state: 'detached' });
  await form.getByRole('button', { name: 'Order anyway' }).click();
  await form.waitFor({ state: 'detached' });
  assert.deepEqual(problems, []);

  const { page: admin, problems: more } = await pageOf(t, 'admin');
  await admin.goto('/admin/decision-support');
  assert.equal(await heading(admin).innerText(), 'Decision support');
  const row = admin.getByRole('row', { name });
  await row.getByText('Emergency · Stroke').waitFor();
  await admin.getByRole('row', { name: /Contrast agent with poor kidney function/ }).first().waitFor();
  assert.deepEqual(more, []);
});
