// The login page with nothing in the cache: when it answers, and what came over the wire.
import { appPage } from '../app.helpers.mjs';

/** In the page: the time (ms since navigation) at which its first field is drawn and the script
 * that made it has given way to input. */
function watchField() {
  const watch = () => {
    if (!document.querySelector('input')) return requestAnimationFrame(watch);
    return requestAnimationFrame(() => {
      setTimeout(() => {
        window.interactiveAt = performance.now();
      });
    });
  };
  requestAnimationFrame(watch);
}

async function coldVisit(browser, address) {
  const { page, context } = await appPage(browser);
  await page.addInitScript(watchField);
  const wire = await context.newCDPSession(page);
  let bytes = 0;
  await wire.send('Network.enable');
  wire.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength;
  });
  await page.goto(address, { waitUntil: 'networkidle' });
  const interactive = await page.evaluate(() => window.interactiveAt);
  return { page, context, interactive, bytes: () => bytes };
}

export async function measureLogin(browser, peers) {
  const peer = await coldVisit(browser, `${peers}/form`);
  await peer.context.close();
  const { page, context, interactive, bytes } = await coldVisit(browser, '/login');
  const loginBytes = bytes();
  await page.getByLabel('Username').fill('doctor');
  await page.getByLabel('Password', { exact: true }).fill('doctor123');
  const begun = Date.now();
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('navigation', { name: 'Main menu' }).waitFor();
  const entered = Date.now() - begun;
  await page.waitForLoadState('networkidle');
  await context.close();
  return {
    login_interactive_ms: interactive,
    login_peer_ms: peer.interactive,
    login_kb: loginBytes / 1000,
    login_to_dashboard_ms: entered,
    login_and_dashboard_kb: bytes() / 1000,
  };
}
