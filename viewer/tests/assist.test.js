import { canRemove, chooseAssist, sendBox } from '../extension/assist.js';
import { gunzip } from '../extension/api.js';
import { save } from '../extension/saving.js';
import { layer, state, work } from '../extension/state.js';
import { SIDE, done, empty, labelmap, openPage, settled, stroke } from './page.js';

/** What the server was asked, and what it answers: the mask of one pixel row of the first slice. */
function tool(first = () => empty()) {
  const asked = [];
  const element = openPage((path, body) => {
    if (!path.endsWith('/assist/')) {
      asked.push({ path, meta: JSON.parse(body.get('meta')) });
      return { version: 1 };
    }
    asked.push(body);
    return {
      rows: SIDE,
      columns: SIDE,
      slices: layer.grid.slices,
      labelmap: labelmap(first(), empty()),
      volume_ml: 0.004,
      hint: 'Correct.',
      hint_ko: '수정',
      receipt: `receipt ${asked.length}`,
    };
  });
  return { asked, element };
}

const marked = (from, to, value = 1) => empty().with(from, value).fill(value, from, to);
const first = () => [...layer.labels[0]];

afterEach(() => state.assist.tool && chooseAssist(state.assist.tool));

describe('the lesion tool', () => {
  it('outlines a click, corrects it by a stroke, and sends both together', async () => {
    const { asked, element } = tool(() => marked(4, 7));
    chooseAssist('click');
    stroke(element, [1, 2]);
    await settled();
    expect(first()).toEqual(marked(4, 7));
    chooseAssist('add');
    stroke(element, [2, 0], [2, 2]);
    await settled();
    expect(asked[1].prompt.points).toEqual([
      { segment: 1, slice: '2.25.1', positive: true, row: 1, column: 2 },
    ]);
    expect(asked[1].prompt.scribbles[0].points).toEqual([[2, 0], [2, 1], [2, 2]]);
    expect(asked[1].base).toBeUndefined();
  });

  it('removes from the mask that is open, and leaves other segments alone', async () => {
    const { asked, element } = tool(() => marked(4, 6));
    layer.labels[0].set(marked(4, 8));
    layer.labels[0][12] = 2;
    chooseAssist('remove');
    stroke(element, [1, 2], [1, 3]);
    await settled();
    const { base, prompt } = asked[0];
    expect(base.slices).toEqual(layer.grid.slices);
    expect([...(await gunzip(base.labelmap))]).toEqual([...marked(4, 8), ...empty()]);
    expect(prompt.scribbles[0]).toMatchObject({ positive: false, segment: 1 });
    expect(first()).toEqual(marked(4, 6).with(12, 2));
  });

  it('goes on with the same mask, and begins anew with a click', async () => {
    const { asked, element } = tool(() => marked(4, 6));
    layer.labels[0].set(marked(4, 8));
    chooseAssist('remove');
    stroke(element, [1, 3]);
    await settled();
    stroke(element, [1, 2]);
    await settled();
    expect(asked[1].prompt.scribbles).toHaveLength(2);
    expect(asked[1].base).toEqual(asked[0].base);
    chooseAssist('click');
    stroke(element, [3, 3]);
    await settled();
    expect(asked[2].base).toBeUndefined();
    expect(asked[2].prompt.scribbles).toEqual([]);
  });

  it('has nothing to remove from an empty segment', async () => {
    const { asked, element } = tool();
    layer.labels[0][0] = 2;
    chooseAssist('remove');
    stroke(element, [1, 3]);
    await settled();
    expect(asked).toEqual([]);
    expect(state.assist.problem).toMatch(/nothing is marked|표시된 부분이 없/);
    expect(canRemove()).toBe(false);
  });

  it('sends a box with its slices in the order of the server', async () => {
    const { asked, element } = tool(() => marked(5, 7));
    chooseAssist('box');
    stroke(element, [3, 3], [1, 0]);
    expect(state.assist.box).toEqual({ rows: [1, 3], columns: [0, 3] });
    sendBox();
    await settled();
    expect(asked[0].prompt.boxes).toEqual([
      { segment: 1, first_slice: '2.25.1', last_slice: '2.25.1', rows: [1, 3], columns: [0, 3] },
    ]);
    expect(state.assist.box).toBeNull();
  });

  it('says why the server refused, and keeps what was there', async () => {
    const { element } = tool(() => {
      throw new Error('no answer');
    });
    layer.labels[0].set(marked(4, 8));
    chooseAssist('add');
    stroke(element, [1, 1]);
    await settled();
    expect(state.assist).toMatchObject({ busy: false });
    expect(state.assist.problem).not.toBe('');
    expect(first()).toEqual(marked(4, 8));
  });
});

describe('the receipts of the lesion tool', () => {
  it('go with the save once, one of each beginning', async () => {
    const { asked, element } = tool(() => marked(4, 7));
    chooseAssist('click');
    stroke(element, [1, 2]);
    await settled();
    chooseAssist('add');
    stroke(element, [2, 2]);
    await settled();
    expect(work.receipts).toEqual(['receipt 2']);
    await save({ reload: async () => {} });
    expect(asked[2].meta).toMatchObject({ segmentation: 5, assisted: ['receipt 2'] });
    expect(work.receipts).toEqual([]);
  });

  it('are undone and redone with the outline', async () => {
    const { element } = tool(() => marked(4, 7));
    chooseAssist('click');
    stroke(element, [1, 2]);
    await settled();
    const [memo] = done;
    memo.restoreMemo(true);
    expect([first(), work.receipts]).toEqual([empty(), []]);
    memo.restoreMemo(false);
    expect([first(), work.receipts]).toEqual([marked(4, 7), ['receipt 1']]);
  });
});
