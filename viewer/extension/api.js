// The API's JSON, and its errors as sentences for a person.
import { request } from './session.js';
import { language, t } from './texts.js';

export class ApiError extends Error {
  /**
   * @param {number} status 0: no answer at all
   * @param {string} code as in docs/errors.md
   * @param {string} message
   * @param {string} [detail]
   */
  constructor(status, code, message, detail = '') {
    super(message);
    this.status = status;
    this.code = code;
    this.detail = detail;
  }

  /** For a person, with what is known of the cause. */
  get sentence() {
    return this.detail ? `${this.message} (${this.detail})` : this.message;
  }

  /** Nobody answered, or a machine in between did: trying again can help. */
  get passing() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** @param {Response} response */
async function failure(response) {
  const envelope = await response.json().catch(() => null);
  const error = envelope?.error;
  const message = error?.message ?? t('error.http', { status: response.status });
  return new ApiError(response.status, error?.code ?? '', message, error?.detail ?? '');
}

/**
 * The response of a call that succeeded.
 *
 * @param {string} path
 * @param {RequestInit & { headers?: Record<string, string> }} [init]
 * @throws {ApiError}
 */
export async function call(path, { headers, ...init } = {}) {
  let response;
  try {
    response = await request(path, {
      ...init,
      headers: { 'Accept-Language': language(), ...headers },
    });
  } catch {
    throw new ApiError(0, '', t('error.offline'));
  }
  if (!response.ok) throw await failure(response);
  return response;
}

/**
 * @param {string} path
 * @returns {Promise<any>}
 */
export async function get(path) {
  return (await call(path)).json();
}

/**
 * @param {string} path
 * @param {object} body
 * @returns {Promise<any>}
 */
export async function post(path, body) {
  const response = await call(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  return response.json();
}

/** @param {string} path */
export async function bytes(path) {
  const response = await call(path);
  return new Uint8Array(await response.arrayBuffer());
}

/**
 * @param {string} base64 of gzip
 * @throws {TypeError} of what is no gzip
 */
export async function gunzip(base64) {
  const packed = Uint8Array.from(atob(base64), character => character.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** @param {Uint8Array} data */
export function toBase64(data) {
  let text = '';
  for (const byte of data) text += String.fromCharCode(byte);
  return btoa(text);
}

/** @param {Uint8Array<ArrayBuffer>} data */
export async function gzip(data) {
  const stream = new Blob([data]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
