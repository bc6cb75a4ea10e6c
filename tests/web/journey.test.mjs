// A patient's way through the hospital in the browser, each step by the person whose it is: order,
// images, AI, genetics, treatment, vital signs, visit and response, and what the patient sees of it.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { pageOf } from './app.helpers.mjs';
import { text } from './texts.mjs';
import { KIM, stack, study, uid } from './viewer.dicom.mjs';
import { MRN, SLOW_MS, api, until } from './viewer.helpers.mjs';

const NAME = `journey ${Date.now()}`;
const STUDY = uid(NAME);
const PURPOSE = `Control after surgery ${NAME}`;
const SLICES = 40;

/** The English text of a key, its {{values}} filled in. */
const en = (key, values = {}) =>
  Object.entries(values).reduce(
    (said, [name, value]) => said.replaceAll(`{{${name}}}`, value), text('en', key));
const button = (within, key, values) =>
  within.getByRole('button', { name: en(key, values), exact: true });
/** As an input of date and time takes it. */
const localTime = at => new Date(at - new Date().getTimezoneOffset() * 60_000).toISOString().slice(0, 16);

/** What the server answers to what `act` makes the page send. */
async function answerTo(page, path, act) {
  const answered = page.waitForResponse(
    response => path.test(response.url()) && response.request().method() !== 'GET');
  await act();
  const answer = await answered;
  assert.ok(answer.ok(), `${answer.url()}: ${answer.status()} ${await answer.text()}`);
  return answer.status() === 204 ? null : answer.json();
}

/** Choose in a select of the application. */
async function choose(page, field, option) {
  await field.click();
  await page.getByRole('option', { name: option }).first().click();
}

/** The orders of a set, for the patient; a run before this one makes them possible duplicates. */
async function orderTumourSet(page) {
  await page.goto('/orders');
  await button(page, 'orders.create').click();
  const form = page.getByRole('dialog', { name: en('orders.create') });
  await form.getByText(en('orders.kind.set'), { exact: true }).click();
  await form.getByRole('combobox', { name: en('orders.patient') }).fill(MRN);
  await page.getByRole('option', { name: MRN }).first().click();
  await choose(page, form.getByRole('combobox', { name: en('orders.set.choose') }), 'New brain tumour');
  await form.getByLabel(en('orders.info')).fill('First seizure. Tumour?');
  return (await answerTo(page, /\/order-sets\/.*\/apply\/$/, async () => {
    await button(form, 'orders.set.apply').click();
    const doubted = button(form, 'orders.duplicates.goOn');
    await Promise.race([doubted.waitFor(), form.waitFor({ state: 'hidden' })]);
    if (!(await doubted.isVisible())) return;
    await form.getByLabel(en('orders.duplicates.reason')).fill('another run');
    await doubted.click();
  })).orders;
}

const step = (page, order, name) =>
  answerTo(page, /\/api\/ocs\/orders\/\d+\/[\w-]+\/$/, async () => {
    if (new URL(page.url()).pathname !== `/orders/${order.id}`) await page.goto(`/orders/${order.id}`);
    await button(page, `orders.step.${name}`).click();
  });

/** By the upload page; until the study is in the index, under its order. */
async function uploadImages(page, as, order) {
  await page.goto('/upload');
  const files = study(NAME, stack(SLICES, 0, 2), {
    patient: KIM, content: 'head', accession: order.accession_number, rows: 72, columns: 72,
    date: new Date().toISOString().slice(0, 10).replaceAll('-', ''),
  }).map((buffer, at) => ({ name: `IM${at + 1}.dcm`, mimeType: 'application/dicom', buffer }));
  const chooser = page.waitForEvent('filechooser');
  await button(page, 'upload.chooseFiles').click();
  await (await chooser).setFiles(files);
  await page.getByRole('main').getByRole('button', { name: 'Upload', exact: true }).click();
  await page.getByRole('heading', { level: 2, name: 'Finished', exact: true }).waitFor();
  const found = await until('the study is indexed', () =>
    as.json(`/api/ris/studies/${STUDY}/`).then(
      one => one.instance_count >= SLICES && one, () => null));
  assert.equal(found.order.id, order.id);
}

/** Asked for on the study's page and approved on the job's. */
async function aiApproved(page, as) {
  await page.goto(`/studies/${STUDY}`);
  const analyses = page.getByRole('region', { name: 'AI analyses' });
  await analyses.getByRole('button', { name: 'Request AI' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Head mask (MR)').click();
  const { id } = await answerTo(page, /\/api\/ai\/jobs\/$/, () =>
    dialog.getByRole('button', { name: 'Request AI' }).click());
  await until('the analysis is done', async () => {
    const { status, error } = await as.json(`/api/ai/jobs/${id}/`);
    assert.notEqual(status, 'FAILED', JSON.stringify(error));
    return status === 'COMPLETED';
  });
  await page.goto(`/ai/review/${id}`);
  const job = await answerTo(page, /\/review\/$/, () => button(page, 'ai.review.approve', { version: 1 }).click());
  assert.equal(job.review_status, 'APPROVED');
}

/** Collected, received and entered in the laboratory. */
async function geneticsEntered(page, order) {
  await page.goto(`/lab/orders/${order.id}`);
  await choose(page, page.getByRole('combobox', { name: en('lab.specimen.kindLabel') }), en('lab.specimen.kind.tissue'));
  await answerTo(page, /\/specimens\/$/, () => button(page, 'lab.specimen.collect').click());
  await answerTo(page, /\/receive\/$/, () => button(page, 'lab.specimen.receive').click());
  const mutations = page.getByRole('group', { name: en('lab.list.gene_mutations') });
  await mutations.getByLabel(en('lab.field.gene'), { exact: true }).fill('IDH1');
  await mutations.getByLabel(en('lab.field.hgvs'), { exact: true }).fill('NP_005887.2:p.Arg132His');
  await answerTo(page, /\/results?\/$/, () => button(page, 'lab.entry.save').click());
}

/** The form behind a button, filled in by the labels of its fields and saved. */
async function record(page, add, path, fill, save = 'treatment.save') {
  await button(page, add).click();
  const form = page.getByRole('dialog', { name: en(add) });
  await fill(form);
  return answerTo(page, path, () => button(form, save).click());
}

test("a patient's way from the order to the follow-up", async t => {
  const as = await api('doctor');
  const { results: [patient] } = await as.json(`/api/emr/patients/search/?q=${MRN}`);
  const opened = {};
  for (const username of ['doctor', 'radiologist', 'labtech', 'nurse', 'patient'])
    opened[username] = await pageOf(t, username);
  const { doctor, radiologist, labtech, nurse, patient: own } = Object.fromEntries(
    Object.entries(opened).map(([username, { page }]) => [username, page]));

  const orders = await orderTumourSet(doctor);
  const [mr, genetic] = ['RIS', 'LIS'].map(role => orders.find(({ job_role }) => job_role === role));
  await step(radiologist, mr, 'accept');
  await step(radiologist, mr, 'start');
  await uploadImages(radiologist, as, mr);
  await aiApproved(radiologist, as);
  await (await api('radiologist')).post(
    `/api/ocs/orders/${mr.id}/submit-result/`, { result: { summary: 'Mass of the left frontal lobe.' } });
  assert.equal((await step(doctor, mr, 'confirm')).status, 'CONFIRMED');

  await geneticsEntered(labtech, genetic);
  await doctor.goto(`/lab/orders/${genetic.id}`);
  await answerTo(doctor, /\/verify\/$/, () => button(doctor, 'lab.verify.verify').click());
  await answerTo(doctor, /\/confirm\/$/, () => button(doctor, 'orders.step.confirm').click());

  await doctor.goto(`/patients/${patient.id}?tab=treatment`);
  const plan = await record(doctor, 'treatment.plan.add', /\/plans\/$/, async form => {
    await form.getByLabel(en('treatment.plan.name')).fill(`Resection ${NAME}`);
    await choose(doctor, form.getByRole('combobox', { name: en('treatment.plan.extent') }), en('treatment.extent.gross_total'));
  });
  assert.equal(plan.status, 'PLANNED');

  await nurse.goto(`/patients/${patient.id}?tab=vitals`);
  const vitals = await record(nurse, 'chart.vitals.add', /\/vitals\/$/, async form => {
    await form.getByLabel(en('chart.vitals.measure.systolic_mmhg')).fill('182');
    await form.getByLabel(en('chart.vitals.measure.diastolic_mmhg')).fill('94');
  }, 'common.save');
  assert.equal(vitals.flags.systolic_mmhg, 'high');

  await record(doctor, 'treatment.visit.add', /\/visits\/$/, async form => {
    await form.getByLabel(en('treatment.visit.at')).fill(localTime(Date.now() + 14 * 86_400_000));
    await form.getByLabel(en('treatment.visit.purpose')).fill(PURPOSE);
  });
  const response = await record(doctor, 'treatment.response.add', /\/responses\/$/, async form => {
    await choose(doctor, form.getByRole('combobox', { name: en('treatment.response.study') }), NAME);
    await choose(doctor, form.getByRole('combobox', { name: en('treatment.response.baseline') }), en('treatment.response.yes'));
    await form.getByLabel(en('treatment.response.lesions')).fill('1, 32, 24');
  });
  assert.deepEqual([response.response, response.study_instance_uid], ['BASELINE', STUDY]);

  await own.goto('/my-record');
  await own.getByText(PURPOSE).waitFor();
  await own.getByRole('tab', { name: en('portal.part.documents') }).click();
  for (const order of [mr, genetic]) await own.locator(`a[href="/orders?order=${order.id}"]`).first().waitFor({ timeout: SLOW_MS });
  for (const { problems } of Object.values(opened)) assert.deepEqual(problems, []);
});
