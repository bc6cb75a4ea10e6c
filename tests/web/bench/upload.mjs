// 500 instances through the upload page: how long, and how long the bar ever stood still.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { appPage } from '../app.helpers.mjs';
import { SLOW_MS, signIn } from '../viewer.helpers.mjs';
import { stack, study, upload } from '../viewer.dicom.mjs';

const COUNT = 500;
const SIZE = { rows: 256, columns: 256 };

/** In the page: the times (ms) at which the bar moved, the first being the start. */
function watchBar() {
  window.moves = [performance.now()];
  /** @type {string | null} */
  let shown = '';
  const observer = new MutationObserver(() => {
    const now = document.querySelector('[role="progressbar"]')?.getAttribute('aria-valuenow') ?? null;
    if (now === shown) return;
    shown = now;
    window.moves.push(performance.now());
  });
  observer.observe(document.body, { subtree: true, childList: true, attributes: true });
}

export async function measureUpload(browser, as, name) {
  const folder = mkdtempSync(join(tmpdir(), 'upload-'));
  const { page, context } = await appPage(browser);
  try {
    const files = study(`${name}-page`, stack(COUNT), SIZE);
    files.forEach((content, at) => writeFileSync(join(folder, `${at}.dcm`), content));
    await signIn(context, 'radiologist');
    await page.goto('/upload', { waitUntil: 'networkidle' });
    await page.locator('input[type="file"][webkitdirectory]').setInputFiles(folder);
    await page.getByRole('button', { name: 'Upload', exact: true }).waitFor();
    await page.evaluate(watchBar);
    await page.getByRole('button', { name: 'Upload', exact: true }).click();
    await page.getByText(`${COUNT} of ${COUNT}`).waitFor({ timeout: 5 * SLOW_MS });
    const moves = await page.evaluate(() => window.moves);
    const gaps = moves.slice(1).map((at, index) => at - moves[index]);
    const begun = performance.now();
    await upload(as, study(`${name}-api`, stack(COUNT), SIZE), 50);
    return {
      upload_longest_still_ms: Math.max(...gaps),
      upload_moves: gaps.length,
      upload_total_ms: moves[moves.length - 1] - moves[0],
      upload_peer_ms: performance.now() - begun,
    };
  } finally {
    await context.close();
    rmSync(folder, { recursive: true });
  }
}
