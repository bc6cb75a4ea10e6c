// A Chromium whose line to the server can be cut, mended and slowed down.
import { connect, createServer } from 'node:net';

import { BASE_URL, launch } from './browser.mjs';

const { host, hostname, port } = new URL(BASE_URL);
const TICK_MS = 20;

/** Hands on what comes from the browser, at `line.bytesPerSecond` at most. */
function pump(browser, server, line) {
  browser.on('data', chunk => {
    server.write(chunk);
    if (line.bytesPerSecond === Infinity) return;
    browser.pause();
    const wait = Math.max(TICK_MS, (chunk.length / line.bytesPerSecond) * 1000);
    setTimeout(() => browser.resume(), wait);
  });
  server.pipe(browser);
}

/** The page's origin stays the server's: only its connections are led through here. */
export async function brokenLine(t) {
  const open = new Set();
  const line = {
    up: true,
    bytesPerSecond: Infinity,
    /** Ends every connection, and takes no new one. */
    cut() {
      line.up = false;
      for (const socket of open) socket.destroy();
    },
    mend() {
      line.up = true;
    },
  };
  const relay = createServer(browser => {
    if (!line.up) {
      browser.destroy();
      return;
    }
    const server = connect(port, hostname);
    const ends = [browser, server];
    for (const end of ends) {
      open.add(end);
      end.on('error', () => {});
      end.on('close', () => {
        open.delete(end);
        for (const other of ends) other.destroy();
      });
    }
    pump(browser, server, line);
  });
  await new Promise(resolve => relay.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    line.cut();
    relay.close();
  });
  const rule = `MAP ${host} 127.0.0.1:${relay.address().port}`;
  return { line, browser: await launch(t, [`--host-resolver-rules=${rule}`]) };
}
