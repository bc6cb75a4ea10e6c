// Squares of two series in turn: each picture of the pane is drawn twice, of the lower series and of the upper one,
// and the two are put together on a canvas over it.
import { core } from './cornerstone.js';
import { viewportOf } from './viewports.js';

const SQUARES = 8;
const [LOWER, UPPER] = [0, 1];

/**
 * @param {string} viewportId
 * @param {(opacity: number) => void} draw renders the pane anew with that opacity of the upper series
 * @returns {() => void} ends it, as another series in the pane does; the pane is to be drawn again
 */
export function startCheckerboard(viewportId, draw) {
  const viewport = viewportOf(viewportId);
  const { element } = viewport;
  const { IMAGE_RENDERED } = core().Enums.Events;
  const source = viewport.getCanvas();
  const board = document.createElement('canvas');
  board.className = 'cdss-checkerboard';
  source.after(board);
  const pictures = [LOWER, UPPER].map(() => ({ canvas: document.createElement('canvas'), camera: '' }));
  let drawn = UPPER;
  const stop = () => {
    element.removeEventListener(IMAGE_RENDERED, rendered);
    board.remove();
  };
  const rendered = () => {
    if (viewportOf(viewportId) !== viewport || viewport.getActors().length < 2) return stop();
    const camera = JSON.stringify(viewport.getCamera());
    const [here, there] = [pictures[drawn], pictures[1 - drawn]];
    copy(source, here.canvas);
    here.camera = camera;
    if (there.camera === camera) {
      copy(pictures[LOWER].canvas, board);
      copySquares(pictures[UPPER].canvas, board);
      here.camera = there.camera = '';
    } else {
      drawn = 1 - drawn;
      draw(drawn);
    }
    return undefined;
  };
  element.addEventListener(IMAGE_RENDERED, rendered);
  draw(drawn);
  return stop;
}

/**
 * @param {HTMLCanvasElement} from
 * @param {HTMLCanvasElement} to
 */
function copy(from, to) {
  Object.assign(to, { width: from.width, height: from.height });
  to.getContext('2d')?.drawImage(from, 0, 0);
}

/**
 * Every other square.
 *
 * @param {HTMLCanvasElement} from
 * @param {HTMLCanvasElement} to
 */
function copySquares(from, to) {
  const side = Math.max(1, Math.ceil(Math.max(from.width, from.height) / SQUARES));
  for (let row = 0; row < SQUARES; row += 1)
    for (let column = row % 2; column < SQUARES; column += 2) {
      const [x, y] = [column * side, row * side];
      to.getContext('2d')?.drawImage(from, x, y, side, side, x, y, side, side);
    }
}
