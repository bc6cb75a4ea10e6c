// What an image's request does when the line breaks: it waits and asks again.
import { signedIn } from './session.js';

const WAITS_S = [0.5, 1, 2, 4, 8, 15];
const REFUSED = 401;

/**
 * @param {unknown} failed a request, or what `fetch` or the stream of its answer throws
 * @returns {number} 0: no answer, or a part of one
 */
const statusOf = failed =>
  failed instanceof TypeError ? 0 : /** @type {{ status: number }} */ (failed).status;

/** @param {number} status */
const passes = status => status === 0 || status === 429 || status >= 502;

/**
 * @template Answer
 * @param {() => Promise<Answer>} ask
 * @returns {Promise<Answer>}
 */
export async function again(ask) {
  for (let round = 0; ; round += 1) {
    try {
      return await ask();
    } catch (failed) {
      const status = statusOf(failed);
      const known = status === REFUSED || passes(status);
      if (!known || round === WAITS_S.length) throw failed;
      if (status === REFUSED) await signedIn();
      await new Promise(resolve => setTimeout(resolve, WAITS_S[round] * 1000));
    }
  }
}
