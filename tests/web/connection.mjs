// A Chromium whose connections to the server can be cut and restored, paused and resumed.
import { connect, createServer } from 'node:net';

import { BASE_URL, launch } from './browser.mjs';

/** @import { AddressInfo, Socket } from 'node:net' */
/** @import { Lifetime } from './types.d.ts' */

const { host, hostname, port } = new URL(BASE_URL);

/** A relay between browser and server, listening. */
async function relay() {
  /** @type {Set<[browser: Socket, server: Socket]>} */
  const pairs = new Set();
  let up = true;
  let paused = false;
  const server = createServer(browser => {
    if (!up) {
      browser.destroy();
      return;
    }
    const upstream = connect(Number(port), hostname);
    /** @type {[Socket, Socket]} */
    const pair = [browser, upstream];
    pairs.add(pair);
    browser.pipe(upstream).pipe(browser);
    if (paused) browser.pause();
    for (const end of pair) {
      end.on('error', () => {});
      end.on('close', () => {
        pairs.delete(pair);
        for (const each of pair) each.destroy();
      });
    }
  });
  const connection = {
    /** End every connection, and take no new one. */
    cut() {
      up = false;
      for (const end of [...pairs].flat()) end.destroy();
    },
    restore() {
      up = true;
    },
    /** Take nothing more from the browser: what it sends fills up the buffers on the way. */
    pause() {
      paused = true;
      for (const [browser] of pairs) browser.pause();
    },
    resume() {
      paused = false;
      for (const [browser] of pairs) browser.resume();
    },
  };
  await new Promise(resolve => server.listen(0, '127.0.0.1', () => resolve(null)));
  return { connection, server };
}

/**
 * The page's origin stays the server's: only its connections are led through the relay.
 *
 * @param {Lifetime} t
 */
export async function relayedBrowser(t) {
  const { connection, server } = await relay();
  t.after(() => {
    connection.cut();
    server.close();
  });
  const address = /** @type {AddressInfo} */ (server.address());
  const rule = `MAP ${host} 127.0.0.1:${address.port}`;
  return { connection, browser: await launch(t, { more: [`--host-resolver-rules=${rule}`] }) };
}
