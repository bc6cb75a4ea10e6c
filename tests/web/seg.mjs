// The SEG of the archive read a second way: the whole file, by the project's own Python reader.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { firstPart } from './viewer.helpers.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const READER = `
import json, sys
from pydicom import dcmread
from ai.services.dicom_seg import read_labelmap
name, rows, columns = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
labelmap = read_labelmap(dcmread(name), json.load(sys.stdin), rows, columns)
sys.stdout.buffer.write(labelmap.tobytes())
`;

/** @import { Api } from './types.d.ts' */

/**
 * The labels of `grid` in the SEG: SOP Instance UID to bytes of a slice.
 *
 * @param {Api} as
 * @param {string} study
 * @param {{ series_instance_uid: string, sop_instance_uid: string }} seg
 * @param {{ slices: string[], rows: number, columns: number }} grid
 * @returns {Promise<Map<string, Buffer>>}
 */
export async function segFile(as, study, seg, { slices, rows, columns }) {
  const response = await as.call(
    `/api/ris/dicom-web/studies/${study}/series/${seg.series_instance_uid}/instances/${seg.sop_instance_uid}`,
    { headers: { Accept: 'multipart/related; type="application/dicom"; transfer-syntax=*' } });
  const file = firstPart(Buffer.from(await response.arrayBuffer()), response.headers.get('Content-Type'));
  const folder = mkdtempSync(join(tmpdir(), 'seg-'));
  try {
    const name = join(folder, 'seg.dcm');
    writeFileSync(name, file);
    const voxels = execFileSync(join(ROOT, '.venv/bin/python'), ['-c', READER, name, String(rows), String(columns)], {
      cwd: ROOT, input: JSON.stringify(slices), maxBuffer: 2 ** 30,
      env: { ...process.env, PYTHONPATH: ROOT } });
    const size = rows * columns;
    return new Map(slices.map((sop, at) => [sop, voxels.subarray(at * size, (at + 1) * size)]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
