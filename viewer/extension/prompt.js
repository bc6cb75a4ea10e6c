// What the lesion tool remembers between two drawings, and how it is put away.
import { NO_ASSIST, state, update, work } from './state.js';

/** @param {Partial<typeof state.assist>} patch */
export const setAssist = patch => update({ assist: { ...state.assist, ...patch } });

/** Give the mouse back to OHIF; what was drawn can still be corrected later. */
export function putAway() {
  work.stopPointer();
  work.stopPointer = () => {};
  if (state.assist.tool) setAssist({ tool: null });
}

/** The labels are others now: the next drawing is a beginning, an answer under way is not taken. */
export function forgetPrompt() {
  work.prompt = null;
  work.asked = null;
  work.prompts += 1;
  setAssist({ busy: false, hint: '', volume: null, problem: '' });
}

/** Another mask comes, or none: nothing of the tool may reach it. */
export function resetAssist() {
  putAway();
  forgetPrompt();
  work.receipts = [];
  update({ assist: { ...NO_ASSIST } });
}
