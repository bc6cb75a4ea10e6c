// Small MR series for the tests, written as DICOM Part 10 (explicit VR, little endian).
import { createHash } from 'node:crypto';

import { SLOW_MS, api, until } from './viewer.helpers.mjs';

/**
 * @import { Api } from './types.d.ts'
 * @typedef {{ position: number[], orientation?: number[] }} Place of an image
 * @typedef {{ name: string, id: string, birthDate: string, sex: string }} Patient
 * @typedef {object} StudyOptions
 * @property {number} [rows]
 * @property {number} [columns]
 * @property {Patient} [patient]
 * @property {keyof typeof CONTENTS} [content]
 * @property {string} [accession] Accession Number of the order
 * @property {string} [date] Study Date
 * @property {string} [modality]
 * @property {string} [frame] by whose name the Frame of Reference UID is made; else by the study's
 * @property {string[]} [series] Series Descriptions: each is a series with all the places
 * @property {string} [description] Study Description
 */

const CT_IMAGE = '1.2.840.10008.5.1.4.1.1.2';
const MR_IMAGE = '1.2.840.10008.5.1.4.1.1.4';
const SECONDARY_CAPTURE = '1.2.840.10008.5.1.4.1.1.7';
const EXPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';
const ENHANCED_MR_IMAGE = '1.2.840.10008.5.1.4.1.1.4.1';
const LONG = new Set(['OB', 'OW', 'SQ']);

/**
 * The same name gives the same UID, so that a second run stores duplicates, not more studies.
 *
 * @param {string[]} names
 */
export function uid(...names) {
  const hex = createHash('sha256').update(names.join('/')).digest('hex').slice(0, 31);
  return `2.25.${BigInt(`0x${hex}`)}`;
}

/**
 * @param {number} group
 * @param {number} number
 * @param {string} vr
 * @param {string | string[] | number | Buffer} value
 */
function element(group, number, vr, value) {
  let body;
  if (Buffer.isBuffer(value)) body = value;
  else if (typeof value === 'number') body = Buffer.from([value & 255, value >> 8]);
  else body = Buffer.from([value].flat().join('\\'), 'utf8');
  if (body.length % 2) body = Buffer.concat([body, Buffer.from(vr === 'UI' ? '\0' : ' ')]);
  const head = Buffer.alloc(LONG.has(vr) ? 12 : 8);
  head.writeUInt16LE(group, 0);
  head.writeUInt16LE(number, 2);
  head.write(vr, 4, 'latin1');
  if (LONG.has(vr)) head.writeUInt32LE(body.length, 8);
  else head.writeUInt16LE(body.length, 6);
  return Buffer.concat([head, body]);
}

/**
 * @param {string} sopClass
 * @param {string} sop
 * @param {Parameters<typeof element>[]} elements
 */
function file(sopClass, sop, elements) {
  const meta = Buffer.concat([
    element(2, 1, 'OB', Buffer.from([0, 1])),
    element(2, 2, 'UI', sopClass),
    element(2, 3, 'UI', sop),
    element(2, 0x10, 'UI', EXPLICIT_LITTLE_ENDIAN),
    element(2, 0x12, 'UI', '2.25.1'),
  ]);
  const length = Buffer.alloc(12);
  length.write('\x02\x00\x00\x00UL\x04\x00', 0, 'latin1');
  length.writeUInt32LE(meta.length, 8);
  const preamble = Buffer.concat([Buffer.alloc(128), Buffer.from('DICM')]);
  return Buffer.concat([preamble, length, meta, ...elements.map(parts => element(...parts))]);
}

/**
 * 16 bits of each pixel; `value` gives them by its place.
 *
 * @param {number} count
 * @param {0 | 1} signed
 * @param {(at: number) => number} value
 */
function grey(count, signed, value) {
  const pixels = Buffer.alloc(count * 2);
  for (let at = 0; at < count; at += 1) pixels.writeUInt16LE(value(at) & 0xffff, at * 2);
  return { sopClass: MR_IMAGE, samples: 1, photometric: 'MONOCHROME2', bits: 16, signed, pixels };
}

/** A pixel lies within the circle that the image is wide, but for its margin. */
const inside = (at, width, margin) =>
  Math.hypot((at % width) - width / 2, Math.floor(at / width) - width / 2) < width / 2 - margin;

/** What image `n` (from 0) may hold: n + 1 everywhere but 4000 in its first pixel; a bright disc in
 * the dark; values around zero that no two pixels of a row share; colours. */
const CONTENTS = {
  head: (number, count) =>
    grey(count, 0, at => (inside(at, Math.sqrt(count), 4) ? 1000 + ((at * 37 + number) % 200) : at % 7)),
  flat: (number, count) => grey(count, 0, at => (at ? number + 1 : 4000)),
  signed: (number, count) => grey(count, 1, at => ((at * 37 + number) % 4001) - 2000),
  colour: (number, count) => ({
    sopClass: SECONDARY_CAPTURE,
    samples: 3,
    photometric: 'RGB',
    bits: 8,
    signed: 0,
    pixels: Buffer.from(Uint8Array.from({ length: count * 3 }, (_, at) => at * 5 + number)),
  }),
};

/**
 * @param {Place & Omit<Required<StudyOptions>, 'series'> & {
 *   name: string, series: string, number: number, seriesDescription: string, seriesNumber: number,
 * }} parts
 */
function image({
  name,
  series,
  number,
  rows,
  columns,
  position,
  orientation = AXIAL,
  patient,
  date,
  description,
  content,
  accession,
  modality,
  frame,
  seriesDescription,
  seriesNumber,
}) {
  const sop = uid(name, series, String(number));
  const { sopClass: ofContent, samples, photometric, bits, signed, pixels } = CONTENTS[content](
    number,
    rows * columns,
  );
  const sopClass = modality === 'CT' ? CT_IMAGE : ofContent;
  return file(sopClass, sop, [
    [0x08, 0x05, 'CS', 'ISO_IR 192'],
    [0x08, 0x16, 'UI', sopClass],
    [0x08, 0x18, 'UI', sop],
    [0x08, 0x20, 'DA', date],
    [0x08, 0x30, 'TM', '101500'],
    [0x08, 0x50, 'SH', accession],
    [0x08, 0x60, 'CS', modality],
    [0x08, 0x1030, 'LO', description],
    [0x08, 0x103e, 'LO', seriesDescription],
    [0x10, 0x10, 'PN', patient.name],
    [0x10, 0x20, 'LO', patient.id],
    [0x10, 0x30, 'DA', patient.birthDate],
    [0x10, 0x40, 'CS', patient.sex],
    [0x18, 0x15, 'CS', 'BRAIN'],
    [0x18, 0x50, 'DS', '1'],
    [0x20, 0x0d, 'UI', uid(name)],
    [0x20, 0x0e, 'UI', uid(name, series)],
    [0x20, 0x10, 'SH', '1'],
    [0x20, 0x11, 'IS', String(seriesNumber)],
    [0x20, 0x13, 'IS', String(number + 1)],
    [0x20, 0x32, 'DS', position.map(String)],
    [0x20, 0x37, 'DS', orientation.map(String)],
    [0x20, 0x52, 'UI', uid(frame, 'frame')],
    [0x28, 0x02, 'US', samples],
    [0x28, 0x04, 'CS', photometric],
    .../** @type {Parameters<typeof element>[]} */ (samples > 1 ? [[0x28, 0x06, 'US', 0]] : []),
    [0x28, 0x10, 'US', rows],
    [0x28, 0x11, 'US', columns],
    [0x28, 0x30, 'DS', ['1', '1']],
    [0x28, 0x100, 'US', bits],
    [0x28, 0x101, 'US', bits],
    [0x28, 0x102, 'US', bits - 1],
    [0x28, 0x103, 'US', signed],
    [0x28, 0x1050, 'DS', '2000'],
    [0x28, 0x1051, 'DS', '4000'],
    [0x7fe0, 0x10, bits === 8 ? 'OB' : 'OW', pixels],
  ]);
}

const AXIAL = [1, 0, 0, 0, 1, 0];
export const SAGITTAL = [0, 1, 0, 0, 0, -1];
export const KIM = { name: 'Kim^Minjun', id: 'P2026-0001', birthDate: '19740302', sex: 'M' };
export const CARTER = {
  name: 'Carter^Emily',
  id: 'P2026-0002',
  birthDate: '19680914',
  sex: 'F',
};

/**
 * A study of a sample patient, with one image per place.
 *
 * @param {string} name
 * @param {Place[]} places
 * @param {StudyOptions} [options]
 */
export function study(
  name,
  places,
  {
    rows = 64,
    columns = 64,
    patient = CARTER,
    content = 'flat',
    accession = '',
    date = '20250110',
    modality = 'MR',
    frame = name,
    description = `test ${name}`,
    series = [description],
  } = {},
) {
  const parts = { name, rows, columns, patient, content, accession, date, modality, frame, description };
  return series.flatMap((seriesDescription, at) =>
    places.map(({ position, orientation }, number) =>
      image({
        ...parts,
        series: at ? `${at}` : 'one',
        seriesDescription,
        seriesNumber: at + 1,
        number,
        position,
        orientation,
      }),
    ),
  );
}

/**
 * @param {number} tag (FFFE,eeee) without a VR
 * @param {Buffer} body
 */
function item(tag, body) {
  const head = Buffer.alloc(8);
  head.writeUInt16LE(0xfffe, 0);
  head.writeUInt16LE(tag, 2);
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body]);
}

/**
 * A sequence of one item each.
 *
 * @param {Parameters<typeof element>[][]} items
 */
const sequence = (...items) =>
  Buffer.concat(items.map(parts => item(0xe000, Buffer.concat(parts.map(each => element(...each))))));

/**
 * A study of one Enhanced MR image, which has a frame at every place.
 *
 * @param {string} name
 * @param {Place[]} places
 * @param {{ rows?: number, columns?: number, patient?: Patient }} [options]
 */
export function enhanced(name, places, { rows = 64, columns = 64, patient = CARTER } = {}) {
  const { pixels } = grey(places.length * rows * columns, 0, at => {
    const [frame, pixel] = [Math.floor(at / (rows * columns)), at % (rows * columns)];
    return inside(pixel, columns, 4) ? 1000 + frame * 10 : pixel % 7;
  });
  /** @type {Parameters<typeof element>[]} */
  const plane = [[0x20, 0x37, 'DS', AXIAL.map(String)]];
  /** @type {Parameters<typeof element>[]} */
  const measures = [
    [0x18, 0x50, 'DS', '1'],
    [0x28, 0x30, 'DS', ['1', '1']],
  ];
  const shared = sequence([
    [0x20, 0x9116, 'SQ', sequence(plane)],
    [0x28, 0x9110, 'SQ', sequence(measures)],
  ]);
  const own = sequence(
    ...places.map(({ position }) => /** @type {Parameters<typeof element>[]} */ ([
      [0x20, 0x9113, 'SQ', sequence([[0x20, 0x32, 'DS', position.map(String)]])],
    ])),
  );
  const sop = uid(name, 'enhanced');
  return file(ENHANCED_MR_IMAGE, sop, [
    [0x08, 0x05, 'CS', 'ISO_IR 192'],
    [0x08, 0x08, 'CS', ['ORIGINAL', 'PRIMARY', 'M', 'NONE']],
    [0x08, 0x16, 'UI', ENHANCED_MR_IMAGE],
    [0x08, 0x18, 'UI', sop],
    [0x08, 0x20, 'DA', '20250110'],
    [0x08, 0x30, 'TM', '101500'],
    [0x08, 0x50, 'SH', ''],
    [0x08, 0x60, 'CS', 'MR'],
    [0x08, 0x1030, 'LO', `test ${name}`],
    [0x08, 0x103e, 'LO', `test ${name}`],
    [0x10, 0x10, 'PN', patient.name],
    [0x10, 0x20, 'LO', patient.id],
    [0x10, 0x30, 'DA', patient.birthDate],
    [0x10, 0x40, 'CS', patient.sex],
    [0x18, 0x15, 'CS', 'BRAIN'],
    [0x20, 0x0d, 'UI', uid(name)],
    [0x20, 0x0e, 'UI', uid(name, 'one')],
    [0x20, 0x10, 'SH', '1'],
    [0x20, 0x11, 'IS', '1'],
    [0x20, 0x13, 'IS', '1'],
    [0x20, 0x52, 'UI', uid(name, 'frame')],
    [0x28, 0x02, 'US', 1],
    [0x28, 0x04, 'CS', 'MONOCHROME2'],
    [0x28, 0x08, 'IS', String(places.length)],
    [0x28, 0x10, 'US', rows],
    [0x28, 0x11, 'US', columns],
    [0x28, 0x100, 'US', 16],
    [0x28, 0x101, 'US', 16],
    [0x28, 0x102, 'US', 15],
    [0x28, 0x103, 'US', 0],
    [0x5200, 0x9229, 'SQ', shared],
    [0x5200, 0x9230, 'SQ', own],
    [0x7fe0, 0x10, 'OW', pixels],
  ]);
}

/**
 * @param {number} count
 * @param {number} [from]
 * @param {number} [apart] mm between two images
 * @returns {Place[]}
 */
export const stack = (count, from = 0, apart = 1) =>
  Array.from({ length: count }, (_, at) => ({ position: [0, 0, from + at * apart] }));

/**
 * Send the files through the upload API.
 *
 * @param {Api} as
 * @param {Buffer[]} files
 * @param {number} [batch]
 */
export async function upload(as, files, batch = 250) {
  for (let from = 0; from < files.length; from += batch) {
    const body = new FormData();
    files
      .slice(from, from + batch)
      .forEach((content, at) => body.append('files', new File([new Uint8Array(content)], `${from + at}.dcm`)));
    await as.call('/api/ris/upload/dicom/', { method: 'POST', body });
  }
}

/**
 * A study with these images in the archive.
 *
 * @param {string} name
 * @param {Place[]} places
 * @param {StudyOptions} [options]
 * @returns its UID
 */
export const stored = (name, places, options) => storedFiles(name, study(name, places, options));

/**
 * @param {string} name of the study
 * @param {Buffer[]} files
 */
export async function storedFiles(name, files) {
  const as = await api('radiologist');
  const found = () => as.json(`/api/ris/studies/${uid(name)}/`).catch(() => null);
  if (((await found())?.instance_count ?? 0) < files.length) await upload(as, files);
  await until(
    `${name} is indexed`,
    async () => (await found())?.instance_count >= files.length,
    3 * SLOW_MS,
  );
  return uid(name);
}
