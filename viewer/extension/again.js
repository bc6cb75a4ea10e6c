// What an image's request does when the line breaks: it waits and asks again.
import { signedIn } from './session.js';

const WAITS_S = [0.5, 1, 2, 4, 8, 15];
const REFUSED = 401;

/** @param {number} status 0: no answer */
const passes = status => status === 0 || status === 429 || status >= 502;

/**
 * @template Answer
 * @param {() => Promise<Answer>} ask rejects with the request, which has a status
 * @returns {Promise<Answer>}
 */
export async function again(ask) {
  for (let round = 0; ; round += 1) {
    try {
      return await ask();
    } catch (failed) {
      const { status } = /** @type {XMLHttpRequest} */ (failed);
      const known = status === REFUSED || passes(status);
      if (!known || round === WAITS_S.length) throw failed;
      if (status === REFUSED) await signedIn();
      await new Promise(resolve => setTimeout(resolve, WAITS_S[round] * 1000));
    }
  }
}
