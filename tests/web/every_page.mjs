// A picture of every page that each test user has, in English and in Korean, into a folder, on a
// running stack with the sample data of bin/up. bin/screenshots every calls it.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { MENUS, appPage, settled } from './app.helpers.mjs';
import { launch } from './browser.mjs';
import { MRN, api, finishedJob, sampleStudy, signIn } from './viewer.helpers.mjs';

const [folder] = process.argv.slice(2);
const TABS = [
  'overview', 'problems', 'encounters', 'vitals', 'medication', 'laboratory', 'imaging', 'orders', 'treatment',
  'timeline', 'documents', 'access',
];

/** The addresses that no menu has, by who sees most there. */
async function inside() {
  const doctor = await api('doctor');
  const study = await sampleStudy(doctor);
  const { id: job, segmentation } = await finishedJob(doctor, study);
  const patient = (await doctor.json(`/api/emr/patients/search/?q=${MRN}`)).results[0].id;
  const first = async filters => (await doctor.json(`/api/ocs/orders/?${filters}`)).results[0].id;
  const [imaging, blood] = await Promise.all([first('job_role=RIS'), first('job_role=LIS&status=CONFIRMED')]);
  const orders = [imaging, blood].flatMap(id => ['', '/requisition', '/result'].map(part => `/orders/${id}${part}`));
  return {
    doctor: [
      ...TABS.map(tab => `/patients/${patient}?tab=${tab}`),
      `/patients/${patient}/care-team`, `/patients/${patient}/treatment`, ...orders, `/studies/${study}`,
      `/studies/${study}/report`,
      `/ai/review/${job}`, `/ai/jobs/${job}`, `/ai/segmentations/${segmentation}/versions/1`,
    ],
    labtech: [`/lab/orders/${blood}`, `/lab/orders/${blood}/labels`, '/lab/specimens', '/lab/import', '/lab/critical'],
    nurse: [`/patients/${patient}?tab=vitals`, '/patients/contact-requests', '/patients/conflicts'],
  };
}

const endings = [];
try {
  const more = await inside();
  const browser = await launch({ after: end => endings.push(end) });
  for (const language of /** @type {const} */ (['en', 'ko'])) {
    mkdirSync(join(folder, language), { recursive: true });
    for (const [username, routes] of Object.entries(MENUS)) {
      const { page, context } = await appPage(browser, { language, viewport: { width: 1280, height: 800 } });
      await signIn(context, username);
      for (const path of [...routes, ...(more[username] ?? [])]) {
        await page.goto(path);
        await settled(page);
        const name = `${username}${path === '/' ? '/start' : path}`.replace(/[/?=]/g, '-');
        await page.screenshot({ path: join(folder, language, `${name}.png`), fullPage: true, animations: 'disabled' });
        console.log(`${language} ${username} ${path}`);
      }
      await context.close();
    }
  }
} finally {
  for (const end of endings) await end();
}
