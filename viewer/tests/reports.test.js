// Codes of a report of measurements: longer than a Code Value may be, and read back.
import { expect, it } from 'vitest';
import { lengthenCodes, shortenCodes } from '../extension/reports.js';

const OF_OHIF = { CodingSchemeDesignator: 'CORNERSTONEJS', CodeMeaning: 'Tumour' };
const report = (/** @type {object} */ code) => ({
  ContentSequence: { ContentSequence: [{ ConceptCodeSequence: { ...OF_OHIF, ...code } }] },
});

it('a code of more than 16 characters is a long one in the file, and as it was in the viewer', () => {
  const stored = report({ CodeValue: 'CORNERSTONEFREETEXT' });
  lengthenCodes(stored);
  expect(stored).toEqual(report({ LongCodeValue: 'CORNERSTONEFREETEXT' }));
  shortenCodes(stored);
  expect(stored.ContentSequence.ContentSequence[0].ConceptCodeSequence.CodeValue).toBe('CORNERSTONEFREETEXT');
  const short = report({ CodeValue: '4147007' });
  lengthenCodes(short);
  expect(short).toEqual(report({ CodeValue: '4147007' }));
});
