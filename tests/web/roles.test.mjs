// Role by role: the menu, every page by its address, and both languages.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { MENUS, ROUTES, appPage, label, mainMenu, pageOf, settled } from './app.helpers.mjs';
import { launch } from './browser.mjs';
import { text, textsInWrongLanguage } from './texts.mjs';
import { MRN, api, sampleStudy, signIn } from './viewer.helpers.mjs';

const TITLES = {
  '/': 'dashboard.title',
  '/my-record': 'portal.title',
  '/shared': 'shares.sharedTitle',
  '/ward': 'ward.title',
  '/patients': 'patients.title',
  '/care-team': 'careTeam.mine',
  '/duplicates': 'merging.title',
  '/incoming': 'incoming.title',
  '/lab': 'lab.title',
  '/orders': 'orders.title',
  '/worklist': 'worklist.title',
  '/studies': 'studies.title',
  '/reports': 'reports.title',
  '/critical-results': 'criticalResults.title',
  '/statistics': 'statistics.title',
  '/upload': 'upload.title',
  '/unmatched': 'unmatched.title',
  '/modality-worklist': 'modality.worklist.title',
  '/visits': 'visits.title',
  '/survival': 'treatment.survival.title',
  '/shares': 'shares.title',
  '/ai/review': 'ai.reviewTitle',
  '/admin/users': 'admin.users.title',
  '/admin/wards': 'admin.wards.title',
  '/admin/audit': 'admin.audit.title',
  '/admin/glass': 'glass.title',
  '/admin/models': 'admin.models.title',
  '/admin/nodes': 'modality.nodes.title',
  '/admin/reading-targets': 'worklist.setting.title',
  '/admin/decision-support': 'cds.rules.title',
  '/admin/outbox': 'admin.outbox.title',
  '/profile': 'profile.title',
};

/** Of somebody who is not of the hospital. */
const OWN_TITLES = {
  patient: {
    '/orders': 'orders.titleOwn',
    '/studies': 'studies.titleOwn',
  },
  external: { '/studies': 'studies.titleShared' },
};

/** What may be written in any script: the names of people, in full and as initials. */
async function namesOfPeople() {
  const asked = [['admin', 'acct/users'], ['admin', 'emr/patients'], ['nurse', 'emr/patients']];
  const lists = asked.map(async ([username, path]) => {
    const { results } = await (await api(username)).json(`/api/${path}/?page_size=100`);
    return results.map(({ full_name }) => full_name);
  });
  const names = (await Promise.all(lists)).flat().filter(Boolean);
  return [...names, ...names.map(name => name.slice(-2))];
}
const NAMES = namesOfPeople();

async function isInLanguage(page, language) {
  await settled(page);
  const where = new URL(page.url()).pathname;
  assert.equal(await page.locator('html').getAttribute('lang'), language);
  assert.deepEqual(await textsInWrongLanguage(page, language, await NAMES), [], `${where} in ${language}`);
}

const title = (language, key) => `${text(language, key)} · ${text(language, 'common.product')}`;

/** The page of this address, or one sentence and nothing else. */
async function isPageOrSentence(page, username, route, allowed, language) {
  const key = allowed ? OWN_TITLES[username]?.[route] ?? TITLES[route] : 'errors.forbiddenTitle';
  await page.waitForFunction(wanted => document.title === wanted, title(language, key));
  await isInLanguage(page, language);
  if (allowed) return;
  const sentence = ['forbiddenTitle', 'forbidden', 'toStart'].map(name => text(language, `errors.${name}`));
  const banner = await page.getByRole('region', { name: text(language, 'lab.pages.criticals') }).allInnerTexts();
  const said = (await page.getByRole('main').innerText()).split(/\n+/);
  assert.deepEqual(said.slice(banner.flatMap(lines => lines.split(/\n+/)).length), sentence, route);
}

const [FIRST] = Object.keys(MENUS);

/** The first role loads each page; the others, whose pages are the same files, are led there. */
async function visit(page, username, route) {
  if (username === FIRST || page.url() === 'about:blank') return page.goto(route);
  return page.evaluate(path => {
    history.pushState({}, '', path);
    dispatchEvent(new PopStateEvent('popstate'));
  }, route);
}

for (const [username, menu] of Object.entries(MENUS)) {
  test(`${username} gets a menu and its pages, else a sentence`, async t => {
    const { context, page, problems } = await appPage(await launch(t));
    await signIn(context, username);
    for (const route of ROUTES) {
      await visit(page, username, route);
      await isPageOrSentence(page, username, route, menu.includes(route), 'en');
    }
    const links = mainMenu(page).getByRole('link');
    await links.nth(menu.length - 1).waitFor();
    assert.deepEqual(await links.allInnerTexts(), menu.map(route => label(route, 'en', username)));

    await page.getByRole('button', { name: text('en', 'shell.language') }).click();
    await page.getByRole('menuitem', { name: text('en', 'shell.languages.ko') }).click();
    await page.getByRole('link', { name: label('/', 'ko') }).waitFor();
    assert.deepEqual(await links.allInnerTexts(), menu.map(route => label(route, 'ko', username)));
    for (const route of menu) {
      await mainMenu(page).getByRole('link', { name: label(route, 'ko', username), exact: true }).click();
      await isPageOrSentence(page, username, route, true, 'ko');
    }
    assert.deepEqual(problems, []);
  });
}

/** The tabs of a patient's page that each has a right to. */
const TABS = {
  doctor: [
    'overview', 'problems', 'encounters', 'vitals', 'medication', 'laboratory', 'imaging', 'treatment',
    'orders', 'documents', 'timeline', 'access',
  ],
  labtech: ['overview', 'laboratory', 'orders'],
};

for (const [username, tabs] of Object.entries(TABS)) {
  test(`${username} opens each tab of a patient`, async t => {
    const { results: [patient] } = await (await api(username)).json(`/api/emr/patients/search/?q=${MRN}`);
    /** @type {('en' | 'ko')[]} */
    const languages = username === 'doctor' ? ['en', 'ko'] : ['ko'];
    for (const language of languages) {
      const { context, page, problems } = await appPage(await launch(t), { language });
      await signIn(context, username);
      await page.goto(`/patients/${patient.id}?tab=nowhere`);
      await settled(page);
      const found = page.getByRole('tab');
      assert.deepEqual(await found.allInnerTexts(), tabs.map(key => text(language, `patients.tabs.${key}`)));
      for (const key of tabs) {
        await page.getByRole('tab', { name: text(language, `patients.tabs.${key}`), exact: true }).click();
        await settled(page);
        assert.equal(new URL(page.url()).searchParams.get('tab'), key);
        assert.deepEqual(await page.getByRole('alert').filter({ hasText: text(language, 'common.retry') }).count(), 0, key);
      }
      await page.goBack();
      assert.equal(new URL(page.url()).searchParams.get('tab'), tabs.at(-2));
      assert.deepEqual(problems, []);
      await context.close();
    }
  });
}

test("what is another person's is not there, and says so", async t => {
  const doctor = await api('doctor');
  const { results: [study] } = await doctor.json('/api/ris/studies/?patient_id=P2026-0002&page_size=1');
  const { context, page } = await appPage(await launch(t));
  await signIn(context, 'patient');
  for (const path of [`/studies/${study.study_instance_uid}`, `/patients/${study.patient.id}`]) {
    await page.goto(path);
    const main = page.getByRole('main');
    await main.getByRole('alert').waitFor();
    assert.doesNotMatch(await main.innerText(), /Carter|P2026-0002/);
  }
});

test("a STAT order stands first on a radiologist's page without a reload", async t => {
  const doctor = await api('doctor');
  const { results: [patient] } = await doctor.json(`/api/emr/patients/search/?q=${MRN}`);
  const { page } = await pageOf(t, 'radiologist');
  await page.goto('/');
  await settled(page);
  const card = page.getByRole('region', { name: text('en', 'dashboard.nextOrders') });
  const orders = card.locator('a[href^="/orders?order="]');
  await orders.first().waitFor();
  const order = await doctor.post('/api/ocs/orders/', {
    patient: patient.id, job_role: 'RIS', job_type: 'CT_BRAIN', priority: 'stat',
  });
  t.after(() => doctor.post(`/api/ocs/orders/${order.id}/cancel/`, {}));
  await card.locator(`a[href="/orders?order=${order.id}"]`).waitFor({ timeout: 20_000 });
  assert.match(await orders.first().innerText(), /STAT/);
  const toast = page.getByRole('region', { name: 'Notifications' });
  assert.match(await toast.innerText(), new RegExp(`${patient.full_name}.*Brain CT`));
  assert.doesNotMatch(await toast.innerText(), /CT_BRAIN/);
});

test('a study is shared until a day, shown to both sides, and ended', async t => {
  const uid = await sampleStudy(await api('doctor'));
  const doctor = await pageOf(t, 'doctor');
  await doctor.page.goto(`/studies/${uid}`);
  await doctor.page.getByRole('button', { name: 'Share', exact: true }).click();
  const dialog = doctor.page.getByRole('dialog', { name: text('en', 'shares.createStudy') });
  await dialog.getByLabel(text('en', 'shares.grantee')).click();
  await doctor.page.getByRole('option', { name: /Alex Morgan/ }).first().click();
  await dialog.getByLabel(text('en', 'shares.reason')).fill('second opinion');
  await dialog.getByRole('button', { name: 'Share', exact: true }).click();
  await dialog.waitFor({ state: 'hidden' });

  const external = await pageOf(t, 'external');
  await external.page.goto('/shared');
  const received = external.page.locator(`a[href="/studies/${uid}"]`);
  await received.first().waitFor();
  assert.match(await external.page.getByRole('main').innerText(), /second opinion/);

  await doctor.page.goto('/shares');
  const given = doctor.page.getByRole('listitem').filter({ has: doctor.page.locator(`a[href="/studies/${uid}"]`) });
  await given.getByRole('button', { name: text('en', 'shares.end') }).click();
  await given.waitFor({ state: 'detached' });
  await external.page.goto('/shared');
  await settled(external.page);
  assert.equal(await received.count(), 0);
  await external.page.goto(`/studies/${uid}`);
  await external.page.getByRole('main').getByRole('alert').waitFor();
});
