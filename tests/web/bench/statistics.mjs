// Small statistics, and a trivial page of the same kind to compare each result with.
import { createServer } from 'node:http';

export const ROWS = 10_000;

/** @param {number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/**
 * @param {number[]} values
 * @param {number} share 0 to 1
 */
export function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

const FORM = '<!doctype html><title>peer</title><form><input name="name"><button>Log in</button></form>';
const row = number =>
  `<div class="row"><b>Unread</b><span>Patient ${number}</span><span>MRI brain</span><i>2025</i></div>`;
const LIST = `<!doctype html><title>peer</title>
<style>#list { height: 800px; overflow: auto } .row { height: 51px; border-bottom: 1px solid }</style>
<div id="list">${Array.from({ length: ROWS }, (_, number) => row(number)).join('')}</div>`;

/** Two plain pages on loopback, /form and /list; returns their address and how to end it. */
export async function plainPages() {
  const server = createServer((request, response) => {
    response.setHeader('Content-Type', 'text/html');
    response.end(request.url === '/form' ? FORM : LIST);
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', () => resolve(null)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return { address: `http://127.0.0.1:${port}`, close: () => server.close() };
}
