// What the panel shows. One object; sections are told when it changed.

export const state = {
  /** The study as the API describes it. */
  study: null,
  /** AI jobs of the study, newest first; the one on screen, in full. */
  jobs: [],
  job: null,
  segmentation: null,
  models: [],
  /** The version on which the strokes are. */
  baseVersion: null,
  /** idle | loading | drawn | refused (with a sentence in `maskProblem`) */
  maskStatus: 'idle',
  maskProblem: '',
  dirty: false,
  /** idle | saving | waiting (the server is away) | conflict | refused */
  saveStatus: 'idle',
  saveProblem: '',
  volumes: {},
  changed: null,
  compared: null,
  tool: 'WindowLevel',
  sphere: false,
  brushRadius: 10,
  opacity: 0.4,
  hidden: [],
  colors: {},
  request: { status: 'idle', problem: '', jobId: null, step: '' },
  measurements: { count: 0, saved: true, status: 'idle', problem: '' },
  prior: { open: null, problem: '', linked: true },
};

const listeners = new Set();
let scheduled = false;

export function update(patch) {
  Object.assign(state, patch);
  if (scheduled) return;
  scheduled = true;
  queueMicrotask(() => {
    scheduled = false;
    for (const listener of [...listeners]) listener(state);
  });
}

export function subscribe(listener) {
  listeners.add(listener);
  listener(state);
  return () => listeners.delete(listener);
}
