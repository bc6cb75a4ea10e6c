// The lock of a reading goes on while its reader has the study in the viewer.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { keepLock } from '../extension/reading.js';
import { identity, update } from '../extension/state.js';

/** @type {string[]} */
let asked;
let status = 200;
const MINUTES_MS = 60_000;

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  status = 200;
  identity.user = /** @type {any} */ ({ id: 5, permissions: [] });
  identity.module = /** @type {any} */ ({
    fetchWithAuth: async (/** @type {string} */ path) => {
      asked.push(path);
      return new Response('{}', { status });
    },
  });
});
afterEach(() => vi.useRealTimers());

/** @param {number} reader */
function opened(reader, reading_status = 'READING') {
  const study = { study_instance_uid: '1.2.3', reading_status, reader: { id: reader } };
  update({ study: /** @type {any} */ (study) });
  return keepLock();
}

it('is asked for each minute by its reader until they leave', async () => {
  const stop = opened(5);
  await vi.advanceTimersByTimeAsync(2 * MINUTES_MS);
  expect(asked).toEqual(Array(2).fill('/api/ris/studies/1.2.3/lock/'));
  stop();
  await vi.advanceTimersByTimeAsync(2 * MINUTES_MS);
  expect(asked).toHaveLength(2);
});

it('is never asked for by who looks on', async () => {
  opened(6);
  opened(5, 'READ');
  await vi.advanceTimersByTimeAsync(2 * MINUTES_MS);
  expect(asked).toEqual([]);
});

it('is not asked for again once a colleague has it, but after a break of the server', async () => {
  opened(5);
  status = 503;
  await vi.advanceTimersByTimeAsync(MINUTES_MS);
  status = 409;
  await vi.advanceTimersByTimeAsync(3 * MINUTES_MS);
  expect(asked).toHaveLength(2);
});
