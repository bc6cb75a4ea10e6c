// How the viewer looks: its language, its sizes, what is told beside the images, and every pane of
// its layouts.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { stack, stored } from './viewer.dicom.mjs';
import {
  SLOW_MS,
  api,
  assertSameLabels,
  boxOf,
  finishedJob,
  openViewer,
  painted,
  renderedLabels,
  sampleStudy,
  storedLabels,
  until,
  viewerPage,
} from './viewer.helpers.mjs';

/** Names of keys, of DICOM and its files, of products, units and people's own words. */
const ALLOWED = [
  /^(MR|CT|SEG|SR|MPR|JPG|PNG|AI|ml|mm|Ctrl|Shift|Alt|Space|Home|End|Page|Up|Down|Backspace|Esc)$/,
  /^(DICOM|FHIR|PACS|ROI|UTC|KST|OHIF|Viewers|NeuroNova|Viewer|Chrome|Linux|COBB|Cobb|LUT|STAT|T1|MRI|DTI|EPI)$/i,
];
const OWN_WORDS = [
  'New headache. Mass?',
  'The mask reaches the edge of the images: the volume is that of the imaged part only.', // a model's
  'MRI brain',
  'T1 3D 1 mm',
  'T1 3D 1 MM',
  'deepbet',
  'www.',
  'github.com/OHIF/Viewers',
  /test report \d+/g, // a study of report.test.mjs
];

const HEADER = 'div:has(> div > [data-cy="return-to-work-list"])';
const MENU = `${HEADER} button[aria-haspopup="menu"] >> nth=-1`;

/** Words of English that can be read or heard on the page. */
async function englishOf(page) {
  const texts = await page.evaluate(() => {
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ALL);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node instanceof Element ? node : node.parentElement;
      if (!element?.checkVisibility() || element.closest('script, style, .cdss-card')) continue;
      if (node instanceof Text) found.push(node.data);
      else for (const name of ['aria-label', 'title', 'placeholder', 'alt'])
        found.push(element.getAttribute(name) ?? '');
    }
    return found;
  });
  const bare = OWN_WORDS.reduce((all, own) => all.map(one => one.replaceAll(own, ' ')), texts);
  const english = bare.filter(one =>
    (one.match(/[A-Za-z]{2,}/g) ?? []).some(word => !ALLOWED.some(allowed => allowed.test(word))),
  );
  return [...new Set(english.map(one => one.trim()))];
}

/** Escape, until nothing that opened over the page holds the mouse any more. */
async function closed(page) {
  await until('an open page', async () => {
    await page.keyboard.press('Escape');
    await page.waitForTimeout(300);
    return page.evaluate(() => document.body.style.pointerEvents !== 'none' && !document.querySelector('[role="dialog"]'));
  });
}

test('in Korean there is no English on the page, in a menu or in a dialog', async t => {
  const study = await sampleStudy(await api('doctor'));
  const { page } = await viewerPage(t, 'doctor', { locale: 'ko-KR' });
  await page.goto(`/ohif/viewer?StudyInstanceUIDs=${study}`);
  await page.locator('#cdss-run').waitFor({ timeout: SLOW_MS });
  await page.locator('[data-cy="windowLevelMenu"]').waitFor({ timeout: SLOW_MS });
  assert.deepEqual(await englishOf(page), []);
  const menus = [
    '[data-cy="Layout"] button',
    '[data-cy="MeasurementTools-split-button-secondary"]',
    '[data-cy="MoreTools-split-button-secondary"]',
    '[data-cy^="orientationMenu"] button',
    '[data-cy^="windowLevelMenu"] button',
    '[data-cy="Capture-btn"]',
    MENU,
  ];
  for (const menu of menus) {
    await page.locator(menu).first().click();
    await page.waitForTimeout(500);
    assert.deepEqual(await englishOf(page), [], menu);
    await closed(page);
  }
  // As on a slow machine: the dialog is closed before the menu that opened it has faded.
  const slow = '[role="menu"][data-state="closed"] { animation-duration: 1s !important; }';
  await page.addStyleTag({ content: slow });
  for (const dialog of ['설정', '정보']) {
    await page.locator(MENU).click();
    await page.getByRole('menuitem', { name: dialog }).click();
    await page.getByRole('dialog').waitFor();
    const words = await englishOf(page);
    assert.deepEqual(
      words.filter(word => !/^[0-9a-f]{40}$|x86_64/.test(word)),
      [],
      dialog,
    );
    await closed(page);
  }
  await page.locator('[data-cy="Pan-btn"]').hover();
  await page.getByText('이동', { exact: true }).first().waitFor();
  const dates = await page.locator('[data-cy="studyBrowser-panel"]').innerText();
  assert.match(dates, /2026-03-02/);
});

test('on a phone the images have the room, and panels and tools are in reach', async t => {
  const study = await sampleStudy(await api('doctor'));
  const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
  const { page } = await viewerPage(t, 'doctor', phone);
  await page.goto(`/ohif/viewer?StudyInstanceUIDs=${study}`);
  const grid = page.locator('[data-cy="viewport-grid"]');
  await page.locator('.viewport-element').first().waitFor({ timeout: SLOW_MS });
  assert.equal(await page.locator('#cdss-panel').count(), 0, 'the panel begins closed');
  const { width } = await boxOf(grid);
  assert.ok(width > 0.75 * 390, `${width} px for the images`);

  for (const [side, content] of [
    ['right', '#cdss-panel'],
    ['left', '[data-cy="studyBrowser-panel"]'],
  ]) {
    const header = page.locator(`[data-cy="side-panel-header-${side}"]`);
    await header.tap();
    const panel = await boxOf(page.locator(content));
    assert.ok(panel.width > 200 && panel.x >= 0 && panel.x + panel.width <= 391, `${side} fits`);
    await header.tap();
    await page.locator(content).waitFor({ state: 'detached' });
  }
  assert.ok((await boxOf(grid)).width > 0.75 * 390, 'the images have their room back');

  for (const tool of ['Zoom-btn', 'Capture-btn', 'undo-btn']) {
    const button = page.locator(`[data-cy="${tool}"]`);
    await button.scrollIntoViewIfNeeded();
    const { x, width: size } = await boxOf(button);
    assert.ok(x >= 0 && x + size <= 390, `${tool} is in reach`);
  }
  await page.locator('[data-cy="Zoom-btn"]').tap();
  await page.locator('[data-cy="Zoom-btn"].bg-highlight').waitFor();
  const scrolled = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.equal(scrolled, 390, 'the page itself does not scroll sideways');
});

test('at 1280 px both panels leave two thirds; what was asked is in sight', async t => {
  const study = await sampleStudy(await api('doctor'));
  const { page } = await viewerPage(t, 'doctor', { viewport: { width: 1280, height: 800 } });
  const asked = {
    clinical_question: 'New seizure. Mass?',
    ordered_by: '이서연',
    priority: 'stat',
    patient_age: 52,
    patient_sex: 'M',
  };
  const object = {
    sop_instance_uid: '1.2.3',
    author: 'Lee^Seoyeon=이^서연',
    content_date: '2026-03-02',
    content_time: '094052',
    version: 2,
    superseded: true,
  };
  await page.route(`**/api/ris/studies/${study}/`, async route => {
    const answer = await route.fetch();
    const found = await answer.json();
    const [prior] = [{ ...found, study_instance_uid: '1.2.3.4', image_count: 7 }];
    const priors = [{ ...prior, study_date: '2025-01-10' }];
    const others = [{ ...prior, study_instance_uid: '1.2.3.5', study_date: '2026-09-09' }];
    const reports = [{ series_instance_uid: '1.2', description: '', objects: [object] }];
    await route.fulfill({
      json: { ...found, ...asked, structured_reports: reports, priors, other_studies: others },
    });
  });
  await page.goto(`/ohif/viewer?StudyInstanceUIDs=${study}`);
  await page.locator('#cdss-run').waitFor({ timeout: SLOW_MS });
  const sides = ['Left', 'Right'].map(side =>
    boxOf(page.locator(`[data-panel-id="viewerLayoutResizable${side}Panel"]`)),
  );
  const taken = (await Promise.all(sides)).reduce((sum, { width }) => sum + width, 0);
  assert.ok(taken <= 0.35 * 1280, `${taken} px`);

  const facts = await page.locator('#cdss-order dd').allInnerTexts();
  assert.deepEqual(facts, ['New seizure. Mass?', 'STAT', '이서연', '52 years, male']);
  const made = await page.locator('[data-object="1.2.3"]').innerText();
  assert.equal(made, 'Measurement report · version 2 · 이서연 · Mar 2, 2026 09:40 · superseded');
  const lists = await page.locator('#cdss-prior ul').allInnerTexts();
  assert.match(lists[0], /Jan 10, 2025.*7 images/);
  assert.match(lists[1], /Sep 9, 2026/);
});

const LAYOUTS = '[data-cy="Layout"] button';
const FOUR_UP = '[data-cy="3D four up"]';
const REASON = page => page.getByText('No 3D with a segmentation');

/** What is drawn in each pane: the kind of its pane, and that of the mask in it. */
const panesOf = page =>
  page.evaluate(() =>
    window.cornerstone
      .getRenderingEngines()[0]
      .getViewports()
      .map(viewport =>
        [viewport.type, ...viewport.getActors().map(({ representationUID: uid }) => uid?.split('-')[2])]
          .filter(Boolean)
          .join(' '),
      ),
  );

const planesWithMask = page =>
  until('the mask is in three planes', async () => {
    const panes = await panesOf(page);
    return panes.length === 3 && panes.every(pane => pane === 'orthographic Labelmap');
  }, 2 * SLOW_MS);

test('with a mask no 3D layout is offered, and the mask is drawn in every plane', async t => {
  const as = await api('doctor');
  const study = await sampleStudy(as);
  const job = await finishedJob(as, study);
  const { page, problems } = await viewerPage(t);
  await openViewer(page, study, job.id);
  const [name, value] = [
    page.locator('#cdss-job dt', { hasText: 'Mean voxel probability' }),
    page.locator('#cdss-job dd', { hasText: /^0\.\d{3}$/ }),
  ];
  assert.deepEqual([await name.count(), await value.count()], [1, 1], 'no confidence in percent');
  await page.locator(LAYOUTS).first().click();
  await REASON(page).waitFor();
  assert.equal(await page.locator('[data-cy^="3D"]').count(), 0, 'no 3D layout');
  await page.locator('[data-cy="MPR"]').click();
  await planesWithMask(page);
  assert.deepEqual(problems, []);
});

test('without a mask 3D layouts are offered; the planes take their place when one comes', async t => {
  const as = await api('doctor');
  const study = await sampleStudy(as);
  const job = await finishedJob(as, study);
  const { page, problems } = await viewerPage(t);
  await page.route(/\/api\/ai\/jobs\/\?/, async route => {
    const answer = await route.fetch();
    const found = await answer.json();
    const results = found.results
      .filter(({ id }) => id === job.id)
      .map(one => ({ ...one, segmentation: null }));
    await route.fulfill({ json: { ...found, results } });
  });
  await page.goto(`/ohif/viewer?StudyInstanceUIDs=${study}`);
  await page.locator('#cdss-run').waitFor({ timeout: SLOW_MS });
  await page.locator('[data-cy="windowLevelMenu"]').waitFor({ timeout: SLOW_MS });
  await page.locator(LAYOUTS).first().click();
  await page.locator(FOUR_UP).waitFor();
  assert.equal(await page.locator('[data-cy^="3D"]').count(), 4);
  assert.equal(await REASON(page).count(), 0);
  await page.locator(FOUR_UP).click();
  await until('a 3D pane', async () => (await panesOf(page)).some(pane => /3d/i.test(pane)), 2 * SLOW_MS);
  // The only one in the list: of itself the choice would not change.
  await page.locator('#cdss-job select').evaluate(choice => choice.dispatchEvent(new Event('change')));
  await planesWithMask(page);
  await page.locator(LAYOUTS).first().click();
  await REASON(page).waitFor();
  assert.deepEqual(problems, []);
});

test('images whose connection breaks are asked for again', async t => {
  const study = await stored('shape-odd', stack(12), { rows: 61, columns: 53 });
  for (const layout of ['default', 'mpr']) await brokenLine(t, study, layout);
});

/** The first two answers of each image break: images come one by one in a stack, else in a volume. */
async function brokenLine(t, study, layout) {
  const { page } = await viewerPage(t);
  const asked = new Map();
  await page.route('**/frames/*', route => {
    const url = route.request().url();
    asked.set(url, (asked.get(url) ?? 0) + 1);
    return asked.get(url) <= 2 ? route.abort('connectionreset') : route.continue();
  });
  await page.goto(`/ohif/viewer?StudyInstanceUIDs=${study}&hangingprotocolid=${layout}`);
  await until(`all images are there: ${layout}`, async () => {
    const loaded = await page
      .evaluate(() => {
        const [viewport] = window.cornerstone.getRenderingEngines()[0].getViewports();
        return viewport.getImageIds().filter(id => window.cornerstone.cache.getImage(id)).length;
      })
      .catch(() => 0);
    return loaded === 12;
  });
  assert.ok([...asked.values()].every(times => times >= 3));
}

const volume = async page =>
  Number.parseFloat((await page.locator('#cdss-mask output').first().innerText()).replace(',', ''));

/** Around the sample tumour, in mm (LPS). */
const TUMOUR = { from: [26, -21, -6.5], to: [64, 35, 32.5] };

test('a box by mouse outlines the tumour, a stroke corrects it, and it is saved', async t => {
  const as = await api('doctor');
  const found = await as.json('/api/ris/studies/?patient_id=P2026-0002&page_size=100');
  const { series_instance_uid: series, study_instance_uid: study } = await tumourSeries(as, found);
  const lesion = { value: '49755003', scheme: 'SCT', meaning: 'Morphologically Abnormal Structure' };
  const neoplasm = { value: '108369006', scheme: 'SCT', meaning: 'Neoplasm' };
  const begun = await as.post('/api/ai/segmentations/', {
    study_instance_uid: study,
    series_instance_uid: series,
    segments: [{ number: 1, label: 'Tumor', category: lesion, type: neoplasm }],
  });
  const { page } = await viewerPage(t);
  await openViewer(page, study, begun.job);
  assert.equal(await volume(page), 0);

  const corners = await page.evaluate(async ({ from, to }) => {
    const { cornerstone: core } = window;
    const viewport = core.getRenderingEngines()[0].getViewports()[0];
    const zOf = id => Number(core.metaData.get('instance', id).ImagePositionPatient[2]);
    const middle = (from[2] + to[2]) / 2;
    const ids = viewport.getImageIds();
    const nearest = ids.reduce((best, id) =>
      Math.abs(zOf(id) - middle) < Math.abs(zOf(best) - middle) ? id : best,
    );
    await viewport.setImageIdIndex(ids.indexOf(nearest));
    const { left, top } = viewport.element.getBoundingClientRect();
    const onPage = point => {
      const [x, y] = viewport.worldToCanvas([point[0], point[1], zOf(nearest)]);
      return [x + left, y + top];
    };
    const onScreen = point => {
      const above = ids.filter(id => zOf(id) >= point[2] - 1);
      return ids.indexOf(above.reduce((low, id) => (zOf(id) < zOf(low) ? id : low))) + 1;
    };
    const ends = [from, to].map(onScreen).sort((a, b) => a - b);
    return { a: onPage(from), b: onPage(to), ends };
  }, TUMOUR);
  const [[left, top], [right, bottom]] = [corners.a, corners.b];
  await page.click('#cdss-assist-box');
  await page.mouse.move(left, top);
  await page.mouse.down();
  await page.mouse.move(right, bottom, { steps: 5 });
  await page.mouse.up();
  await page.fill('#cdss-assist-first-slice', String(corners.ends[0]));
  await page.fill('#cdss-assist-last-slice', String(corners.ends[1]));
  const sent = Date.now();
  await page.click('#cdss-assist-send');
  await until('the mask is there', async () => (await volume(page)) > 10, 5000);
  t.diagnostic(`box to mask ${Date.now() - sent} ms`);
  assert.ok((await volume(page)) < 25);
  await page.locator('#cdss-assist-state', { hasText: 'stroke' }).waitFor();

  const outlined = await renderedLabels(page);
  await page.click('#cdss-assist-remove');
  await page.mouse.move((left + right) / 2, (top + bottom) / 2);
  await page.mouse.down();
  await page.mouse.move(right, bottom, { steps: 8 });
  await page.mouse.up();
  await until('one slice is corrected', async () => {
    return painted(outlined, await renderedLabels(page)).size === 1;
  });
  await page.click('#cdss-save');
  await page.locator('.cdss-savebar[data-status="saved"]').waitFor({ timeout: SLOW_MS });
  assertSameLabels(await storedLabels(as, begun.id, 1), await renderedLabels(page));
  await as.post(`/api/ai/jobs/${begun.job}/review/`, { decision: 'reject' });
});

/**
 * The study whose volume is the tumour's.
 *
 * @param {import('./viewer.helpers.mjs').Api} as
 * @param {{ results: { study_instance_uid: string }[] }} found
 */
async function tumourSeries(as, { results }) {
  for (const { study_instance_uid: study } of results) {
    const { series } = await as.json(`/api/ris/studies/${study}/`);
    const whole = series.find(({ images }) => images === 25);
    if (whole) return { study_instance_uid: study, ...whole };
  }
  throw new Error('the sample tumour is not loaded');
}
