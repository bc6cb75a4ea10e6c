// Results without a mask on their pages: a score and a classification are asked for in one language,
// reviewed in the other, and shown in both; how far doctors agree with a model over time.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { pageOf, settled } from './app.helpers.mjs';
import { text } from './texts.mjs';
import { QUICK_MODEL, SLOW_MS, api, finishedJob, sampleStudy, until } from './viewer.helpers.mjs';

/** @import { Language } from './texts.mjs' */

const YES = 'common.yes';
const NO = 'common.no';
/**
 * Names in English and Korean, as the models' manifests have them.
 *
 * @type {{ asked: Language, model: string[], facts: [string[], string][], shows: string[][] }[]}
 */
const RESULTS = [
  {
    asked: 'en',
    model: ['Stroke risk', '뇌졸중 위험도'],
    facts: [
      [['Atrial fibrillation', '심방세동'], YES],
      [['Earlier stroke, TIA or thromboembolism', '뇌졸중·TIA·혈전색전증 과거력'], YES],
      [['Diabetes', '당뇨병'], NO],
      [['Heart failure', '심부전'], NO],
      [['Hypertension', '고혈압'], YES],
      [[
        'Vascular disease (myocardial infarction, peripheral artery disease, aortic plaque)',
        '혈관질환(심근경색, 말초동맥질환, 대동맥 죽상반)',
      ], NO],
    ],
    shows: [['CHA2DS2-VASc score', 'CHA2DS2-VASc 점수', '5']],
  },
  {
    asked: 'ko',
    model: ['Glioma: integrated diagnosis (WHO 2021)', '교종 통합 진단(WHO 2021)'],
    facts: [
      [['Histology: diffuse glioma', '조직학: 미만성 교종'], YES],
      [['IDH1/IDH2', 'IDH1/IDH2'], 'ai.rule.choices.wildtype'],
      [['Histone H3', '히스톤 H3'], 'ai.rule.choices.wildtype'],
      [['TERT promoter', 'TERT 프로모터'], 'ai.rule.choices.mutant'],
    ],
    shows: [
      ['Glioblastoma, IDH-wildtype', '교모세포종, IDH 야생형', ''],
      ['CNS WHO grade', 'CNS WHO 등급', '4'],
    ],
  },
];
const OTHER = /** @type {const} */ ({ en: 'ko', ko: 'en' });
/** @param {Language} language */
const place = language => (language === 'en' ? 0 : 1);

/** A man of 75 years or more of whom nothing else is on record. */
async function newPatient(as) {
  return as.post('/api/emr/patients/', {
    patient_id: `RULE-${Date.now()}`,
    full_name: 'Rule Case',
    birth_date: '1948-04-02',
    gender: 'M',
  });
}

/** On the patient's page, what no record holds is stated; answers with the id of the analysis. */
async function request(page, patient, { asked, model, facts }) {
  const say = key => text(asked, key);
  await page.goto(`/patients/${patient.id}?tab=imaging`);
  await page.getByRole('button', { name: say('ai.rule.request'), exact: true }).click();
  const form = page.getByRole('dialog', { name: say('ai.rule.requestTitle') });
  await form.getByRole('radio', { name: model[place(asked)], exact: true }).click();
  const send = form.getByRole('button', { name: say('ai.request'), exact: true });
  assert.ok(await send.isDisabled(), 'what is needed is missing');
  for (const [name, answer] of facts) {
    await form.getByRole('combobox', { name: name[place(asked)], exact: true }).click();
    await page.getByRole('option', { name: say(answer), exact: true }).click();
  }
  await send.click();
  await page.waitForURL(/\/ai\/jobs\/\d+$/);
  return Number(new URL(page.url()).pathname.split('/').at(-1));
}

/** Values, the given facts with who stated them, and the reasoning, in the page's language. */
async function assertShown(page, language, { model, facts, shows }) {
  const say = key => text(language, key);
  const main = page.locator('main');
  await main.getByText(model[place(language)]).first().waitFor({ timeout: SLOW_MS });
  for (const [en, ko, value] of shows) {
    const row = main.locator('.mantine-Group-root', { hasText: language === 'en' ? en : ko }).last();
    const shown = value || say('ai.rule.conclusion');
    assert.ok((await row.innerText()).includes(shown), `${en} is ${shown}`);
  }
  const inputs = main.getByRole('region', { name: say('ai.rule.facts') });
  for (const [name, answer] of facts) {
    const row = inputs.getByRole('row', { name: name[place(language)] }).first();
    assert.ok((await row.innerText()).includes(say(answer)), `${name[0]} is ${say(answer)}`);
  }
  const reasoning = main.getByRole('region', { name: say('ai.rule.reasoning') });
  assert.ok((await reasoning.getByRole('listitem').count()) > 0, 'how it came about');
  const words = await reasoning.innerText();
  assert.equal(/[가-힣]/.test(words), language === 'ko', words);
}

for (const result of RESULTS) {
  test(`${result.model[0]} is asked for, reviewed, published and shown`, async t => {
    const as = await api('doctor');
    const patient = await newPatient(as);
    const first = await pageOf(t, 'doctor', { language: result.asked });
    const job = await request(first.page, patient, result);
    await assertShown(first.page, result.asked, result);

    const language = OTHER[result.asked];
    const say = key => text(language, key);
    const second = await pageOf(t, 'doctor', { language });
    await second.page.goto(`/ai/jobs/${job}`);
    await assertShown(second.page, language, result);
    const review = second.page.getByRole('region', { name: say('ai.review.title') });
    await review.getByText(say('ai.review.hintResult')).waitFor();
    await review.getByLabel(say('ai.review.comment')).fill('Agrees with the chart.');
    await review.getByRole('button', { name: say('ai.review.approveResult'), exact: true }).click();
    await review.getByText('Agrees with the chart.').waitFor();
    await until('it is in the FHIR record', async () =>
      (await as.json(`/api/ai/jobs/${job}/`)).publication.status === 'PUBLISHED', 2 * SLOW_MS);

    await first.page.reload();
    await settled(first.page);
    await assertShown(first.page, result.asked, result);
    await first.page.getByText(text(result.asked, 'ai.steps.published')).waitFor();
    assert.equal(await first.page.getByText(text(result.asked, 'ai.steps.seg_stored')).count(), 0);
    await first.page.goto(`/patients/${patient.id}?tab=imaging`);
    await first.page.locator(`a[href="/ai/jobs/${job}"]`).waitFor();
    for (const { problems } of [first, second]) assert.deepEqual(problems, []);
  });
}

test("how far doctors agree with a model's results is shown by month", async t => {
  const as = await api('doctor');
  const { id } = await finishedJob(as, await sampleStudy(as), QUICK_MODEL);
  await as.post(`/api/ai/jobs/${id}/review/`, { decision: 'approve', version: 1 });
  const admin = await api('admin');
  await until('the agreement is measured, behind the SEG', async () =>
    typeof (await admin.json(`/api/ai/model-settings/${QUICK_MODEL}/usage/?months=2`)).at(-1)?.dice === 'number');
  const { page, problems } = await pageOf(t, 'admin', { language: 'en' });
  await page.goto('/admin/models');
  const models = page.getByRole('table', { name: text('en', 'admin.models.list') });
  await models.getByRole('row', { name: /Head mask/ }).getByRole('button').last().click();
  const months = page.getByRole('table', { name: text('en', 'admin.models.usage') });
  const row = months.getByRole('row').last();
  await row.getByText(/^[01]\.\d{3} \(\d+\)$/).waitFor();
  assert.match(await row.innerText(), new RegExp(`^${new Date().toISOString().slice(0, 7)}`));
  await page.getByText(text('en', 'admin.models.dice'), { exact: true }).first().waitFor();
  assert.deepEqual(problems, []);
});
