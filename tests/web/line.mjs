// A Chromium whose line to the server can be cut and mended, held and released.
import { connect, createServer } from 'node:net';

import { BASE_URL, launch } from './browser.mjs';

const { host, hostname, port } = new URL(BASE_URL);

/** A relay between browser and server, listening. */
async function relay() {
  const pairs = new Set();
  let up = true;
  let held = false;
  const server = createServer(browser => {
    if (!up) {
      browser.destroy();
      return;
    }
    const pair = [browser, connect(port, hostname)];
    pairs.add(pair);
    browser.pipe(pair[1]).pipe(browser);
    if (held) browser.pause();
    for (const end of pair) {
      end.on('error', () => {});
      end.on('close', () => {
        pairs.delete(pair);
        for (const each of pair) each.destroy();
      });
    }
  });
  const line = {
    /** End every connection, and take no new one. */
    cut() {
      up = false;
      for (const end of [...pairs].flat()) end.destroy();
    },
    mend() {
      up = true;
    },
    /** Take nothing more from the browser: what it sends fills up the buffers on the way. */
    hold() {
      held = true;
      for (const [browser] of pairs) browser.pause();
    },
    release() {
      held = false;
      for (const [browser] of pairs) browser.resume();
    },
  };
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  return { line, server };
}

/** The page's origin stays the server's: only its connections are led through the relay. */
export async function brokenLine(t) {
  const { line, server } = await relay();
  t.after(() => {
    line.cut();
    server.close();
  });
  const rule = `MAP ${host} 127.0.0.1:${server.address().port}`;
  return { line, browser: await launch(t, [`--host-resolver-rules=${rule}`]) };
}
