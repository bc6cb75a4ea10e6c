import { assistSection, manualSection } from '../extension/panel/draw.js';
import { jobSection } from '../extension/panel/job.js';
import { maskSection } from '../extension/panel/mask.js';
import { identity, state, update } from '../extension/state.js';
import { openPage, settled } from './page.js';

const asked = [];
/** @param {{ element: HTMLElement, show: (state: any) => void }} part */
function shown(part, changes = {}) {
  openPage((path, body) => {
    asked.push({ path, body });
    if (path.includes('?')) return { results: [] };
    return { id: 4, job: 4, segmentation: null, publication: { status: 'NONE' } };
  });
  asked.length = 0;
  localStorage.setItem('cdss-language', 'en');
  update(changes);
  document.body.append(part.element);
  part.show(state);
  return part.element;
}
const button = id => /** @type {HTMLButtonElement} */ (document.getElementById(id));

describe('the lesion tool in the panel', () => {
  it('is there only where there is a model and a mask to draw on', () => {
    const part = assistSection();
    expect(shown(part).hidden).toBe(false);
    expect(shown(part, { models: [] }).hidden).toBe(true);
    expect(shown(part, { maskStatus: 'loading' }).hidden).toBe(true);
    const element = shown(part);
    identity.user.permissions = ['request_ai'];
    part.show(state);
    expect(element.hidden).toBe(true);
  });

  it('offers Remove as soon as something is marked, whoever marked it', () => {
    const part = assistSection();
    shown(part);
    expect(button('cdss-assist-remove').disabled).toBe(true);
    shown(part, { volumes: { 1: 0.4 } });
    expect(button('cdss-assist-remove').disabled).toBe(false);
  });
});

describe('a segmentation by hand', () => {
  it('is begun with each segment as it is named and coded', async () => {
    const element = shown(manualSection());
    button('cdss-manual-more').click();
    const rows = [...element.querySelectorAll('li')];
    expect(rows).toHaveLength(2);
    rows[0].querySelector('input').value = ' Tumor ';
    rows[1].querySelector('select').value = 'edema';
    button('cdss-manual-begin').click();
    await settled();
    const { body } = asked.find(({ path }) => path === '/api/ai/segmentations/');
    expect(body.series_instance_uid).toBe('2.25.9');
    const told = body.segments.map(({ number, label, type }) => [number, label, type.meaning]);
    expect(told).toEqual([[1, 'Tumor', 'Lesion'], [2, 'Segment 2', 'Edema']]);
  });
});

describe('what is shown of a result', () => {
  const card = version => ({
    id: 'net',
    version,
    name: 'Net',
    name_ko: '망',
    licence: 'MIT',
    intended_use: `Use of ${version}`,
    inputs: {},
    outputs: { segments: [] },
  });
  const job = {
    id: 3,
    status: 'COMPLETED',
    review_status: 'PENDING',
    origin: 'model',
    model: { id: 'net', version: '1.0', name: 'Net' },
    result: null,
  };

  it('is the card of the version that ran, not of the one that is used now', () => {
    const changes = { job: { ...job, card: card('1.0') }, models: [card('2.0')] };
    const element = shown(jobSection(), changes);
    expect(element.querySelector('summary').textContent).toMatch(/Net 1\.0$/);
    expect(element.textContent).toContain('Use of 1.0');
    expect(element.textContent).not.toContain('2.0');
  });

  it('has no card where no model ran', () => {
    const element = shown(jobSection(), { job: { ...job, origin: 'import', card: card('1') } });
    expect(element.querySelector('details').hidden).toBe(true);
  });

  it('names segments in Korean as the mask itself does', () => {
    shown(maskSection());
    localStorage.setItem('cdss-language', 'ko');
    const element = maskSection();
    element.show(state);
    const names = [...element.element.querySelectorAll('.cdss-name')].map(e => e.textContent);
    expect(names).toEqual(['종양', 'Core']);
    localStorage.setItem('cdss-language', 'en');
  });
});
