// Folders and zips by mouse: progress, pause, a server that is gone, files that are refused.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { appPage, label, mainMenu } from './app.helpers.mjs';
import { launch } from './browser.mjs';
import { relayedBrowser } from './connection.mjs';
import { CARTER, stack, study, uid } from './viewer.dicom.mjs';
import { api, boxOf, signIn, until } from './viewer.helpers.mjs';

const OWN = { name: 'Upload^Una', id: 'P2026-0901', birthDate: '19800101', sex: 'F' };
const ERRORS = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
/** The English sentence of an error code, as docs/errors.md has it. */
const sentence = code => {
  const row = new RegExp(`^\\| ${code} \\| \\d+ \\| ([^|]+) \\|`, 'm').exec(ERRORS);
  assert.ok(row, `${code} is in docs/errors.md`);
  return row[1].trim();
};

/** The patient of these uploads, known to the hospital. */
async function registered() {
  const as = await api('doctor');
  const { count } = await as.json(`/api/emr/patients/search/?q=${OWN.id}`);
  if (!count)
    await as.post('/api/emr/patients/', {
      patient_id: OWN.id, full_name: 'Una Upload', birth_date: '1980-01-01', gender: 'F' });
  return as;
}

/** A folder of these files (path to content), gone after the test. */
function folderOf(t, files) {
  const folder = mkdtempSync(join(tmpdir(), 'upload-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

const named = images => Object.fromEntries(images.map((image, at) => [`CD/S1/IM${at + 1}`, image]));

/** The name of a study nobody uploaded before. */
const newName = () => `upload ${Date.now()}`;

async function uploadPage(browser) {
  const opened = await appPage(browser);
  await signIn(opened.context, 'doctor');
  await opened.page.goto('/');
  await mainMenu(opened.page).getByRole('link', { name: label('/upload') }).click();
  await opened.page.getByRole('button', { name: 'Choose a folder' }).waitFor();
  return opened;
}

/** As from the desktop: the browser gets the path and walks through the folder itself. */
async function dropFolder(context, page, folder) {
  const { x, y, width, height } = await boxOf(page.getByText('Drop a folder, files or a zip file here'));
  const mouse = await context.newCDPSession(page);
  const data = { items: [], files: [folder], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'])
    await mouse.send('Input.dispatchDragEvent', { type, x: x + width / 2, y: y + height / 2, data });
}

async function choose(page, button, path) {
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: button }).click();
  await (await chooser).setFiles(path);
}

const button = (page, name) => page.getByRole('main').getByRole('button', { name });
const phase = (page, name) => page.getByRole('heading', { level: 2, name, exact: true }).waitFor();
const row = (page, name) => page.getByRole('listitem').filter({ hasText: name });
const stands = (page, text) => page.getByRole('main').getByText(text, { exact: true }).first().waitFor();

/** The study is found in the worklist under the patient's number, once it is put in order. */
async function isInWorklist(page, as, uploaded) {
  const path = `/api/ris/studies/?patient_id=${OWN.id}&page_size=100`;
  await until('the study is indexed', async () =>
    (await as.json(path)).results.some(found => found.study_instance_uid === uploaded));
  await mainMenu(page).getByRole('link', { name: label('/studies') }).click();
  await page.getByLabel('Name, MRN or accession number').fill(OWN.id);
  await page.locator(`a[href="/studies/${uploaded}"]`).waitFor();
}

test('a dropped folder is paused, outlives a silent server, and tells what it refuses', async t => {
  const as = await registered();
  const name = newName();
  const images = study(name, stack(24), { rows: 512, columns: 512, patient: OWN });
  const folder = folderOf(t, {
    ...named(images),
    'CD/README.txt': 'how to open this disc',
    'CD/S1/torn': images[0].subarray(0, 600),
  });
  const { connection, browser } = await relayedBrowser(t);
  const { context, page, problems } = await uploadPage(browser);
  await dropFolder(context, page, join(folder, 'CD'));
  await phase(page, 'Ready to upload');
  await stands(page, '0 of 26 files, 0%');

  connection.pause();
  await button(page, 'Upload').click();
  await phase(page, 'Uploading');
  await page.getByRole('progressbar', { name: /^Upload progress: CD\/README/ }).waitFor();
  await page.getByText(/^0 of 26 files, [1-9]\d?%$/).waitFor();
  await button(page, 'Pause').click();
  await phase(page, 'Paused');
  await stands(page, 'Waiting 26');

  connection.cut();
  await button(page, 'Resume').click();
  await phase(page, 'Paused');
  await stands(page, 'Failed 26');
  await page.getByRole('alert').getByText(/^The server cannot be reached/).waitFor();

  connection.resume();
  connection.restore();
  await button(page, 'Retry 26 failed').click();
  await phase(page, 'Finished');
  for (const count of ['Stored 24', 'Rejected 2', '26 of 26 files, 100%']) await stands(page, count);
  const taken = row(page, 'CD/S1/IM').first();
  await taken.waitFor();
  await page.getByText('Problems only').click();
  await taken.waitFor({ state: 'detached' });
  for (const refused of ['CD/README.txt', 'CD/S1/torn'])
    await row(page, refused).getByText(`${sentence('ERR_110')} · ERR_110`).waitFor();
  await isInWorklist(page, as, uid(name));
  assert.deepEqual(problems, []);
});

test("a chosen zip is taken file by file, another patient's file refused", async t => {
  const as = await registered();
  const name = newName();
  const folder = folderOf(t, {
    ...named(study(name, stack(3), { patient: OWN })),
    'CD/S2/stray': study(`${name} stray`, stack(1), { patient: CARTER })[0],
  });
  const zip = join(folder, 'disc.zip');
  execFileSync('python3', ['-m', 'zipfile', '-c', zip, join(folder, 'CD')]);
  const { page, problems } = await uploadPage(await launch(t));
  await page.getByRole('combobox', { name: 'Patient (optional)' }).fill(OWN.id);
  await page.getByRole('option', { name: OWN.id }).click();
  await choose(page, 'Choose files', zip);
  await stands(page, '0 of 1 file, 0%');
  await button(page, 'Upload').click();
  await phase(page, 'Finished');
  await row(page, 'disc.zip/CD/S2/stray').getByText(`${sentence('ERR_112')} · ERR_112`).waitFor();
  await row(page, 'disc.zip').first().getByText('Stored', { exact: true }).waitFor();
  await page.getByText('3 files', { exact: true }).waitFor();
  await isInWorklist(page, as, uid(name));
  assert.deepEqual(problems, []);
});
