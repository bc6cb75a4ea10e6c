// A picture of each page into a folder, on a running stack with the sample data of bin/up; prints the
// UID of the study that was uploaded for one of them. bin/screenshots calls it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { appPage, settled } from './app.helpers.mjs';
import { launch } from './browser.mjs';
import { stack, study as images, uid } from './viewer.dicom.mjs';
import { SLOW_MS, api, drag, finishedJob, sampleStudy, signIn } from './viewer.helpers.mjs';

const [folder] = process.argv.slice(2);
const DESK = { viewport: { width: 1280, height: 800 } };
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
const FILES = 400;

/** Pages that need no more than their address: name, person, path, how the browser looks. */
const PLAIN = ({ study, patient, job }) => [
  ['dashboard', 'doctor', '/'],
  ['patients', 'doctor', '/patients'],
  ['patient', 'doctor', `/patients/${patient}`],
  ['worklist', 'radiologist', '/worklist'],
  ['study', 'doctor', `/studies/${study}`, {}, published],
  ['review', 'doctor', `/ai/review/${job}`],
  ['alerts', 'doctor', '/alerts'],
  ['profile', 'doctor', '/profile'],
  ['users', 'admin', '/admin/users'],
  ['audit', 'admin', '/admin/audit'],
  ['outbox', 'admin', '/admin/outbox'],
  ['worklist-dark', 'radiologist', '/worklist', { colorScheme: 'dark' }],
  ['study-korean', 'doctor', `/studies/${study}`, { language: 'ko' }, published],
  ['dashboard-phone', 'doctor', '/', PHONE],
  ['study-phone', 'doctor', `/studies/${study}`, { ...PHONE, language: 'ko' }],
];

async function shot(browser, name, username, path, options, prepare = settled) {
  const { page, context, problems } = await appPage(browser, { ...DESK, ...options });
  if (username) await signIn(context, username);
  await page.goto(path);
  await prepare(page);
  await page.locator('[data-loading]').first().waitFor({ state: 'detached' });
  await page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled' });
  await context.close();
  if (problems.length) throw new Error(`${name}: ${problems.join('; ')}`);
}

/** The study page with the job opened that went the whole way. */
async function published(page) {
  await settled(page);
  await page.locator('.mantine-Accordion-control', { hasText: /Approved|승인됨/ }).first().click();
  await page.getByText(/Report in the FHIR record|FHIR 보고서 등록/).waitFor();
  await page.mouse.move(640, 790);
}

/** The mask, and a stroke over its edge that is not saved. */
async function paint(page) {
  const volume = page.locator('#cdss-mask output').first();
  await volume.filter({ hasText: 'ml' }).waitFor({ timeout: SLOW_MS });
  const before = await volume.innerText();
  await page.click('#cdss-brush');
  await drag(page, [[0.16, 0.3], [0.2, 0.2], [0.27, 0.12]]);
  await page.locator('.cdss-savebar[data-status="dirty"]').waitFor();
  await volume.filter({ hasNotText: before }).waitFor();
  await page.waitForLoadState('networkidle');
}

async function half(page, chosen) {
  await page.locator('input[type="file"][webkitdirectory]').setInputFiles(chosen);
  await page.getByRole('button', { name: 'Upload', exact: true }).click();
  await page.waitForFunction(() =>
    Number(document.querySelector('[role="progressbar"]')?.getAttribute('aria-valuenow')) > 40,
    null, { timeout: SLOW_MS });
}

const endings = [];
try {
  const as = await api('doctor');
  const study = await sampleStudy(as);
  const { patient } = await as.json(`/api/ris/studies/${study}/`);
  const job = await finishedJob(as, study);
  const browser = await launch({ after: end => endings.push(end) }, { webgl: true });
  await shot(browser, 'login', null, '/login');
  await shot(browser, 'login-korean-dark', null, '/login', { language: 'ko', colorScheme: 'dark' });
  for (const plain of PLAIN({ study, patient: patient.id, job: job.id })) await shot(browser, ...plain);
  const viewer = `/ohif/viewer?StudyInstanceUIDs=${study}&job=${job.id}`;
  await shot(browser, 'viewer', 'doctor', viewer, {}, paint);
  const chosen = mkdtempSync(join(tmpdir(), 'mri-'));
  endings.push(() => rmSync(chosen, { recursive: true }));
  images('screenshots', stack(FILES), { rows: 256, columns: 256 })
    .forEach((content, at) => writeFileSync(join(chosen, `IM${String(at).padStart(4, '0')}.dcm`), content));
  await shot(browser, 'upload', 'radiologist', '/upload', {}, page => half(page, chosen));
  console.log(uid('screenshots'));
} finally {
  for (const end of endings) await end();
}
