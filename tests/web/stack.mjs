// A hand on the switches of the stack under test: bin/test's, else that of bin/up.
import { execFileSync } from 'node:child_process';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SWITCH = `
import sys
from deploy.native.layout import Layout
from deploy.native.stack import Stack
name, action, process = sys.argv[1:]
getattr(Stack(Layout(name)).supervisor._rpc, f"{action}Process")(process)
`;

function turn(action, name) {
  const stack = basename(process.env.CDSS_STATE_DIR ?? 'up');
  execFileSync(join(ROOT, '.venv/bin/python'), ['-c', SWITCH, stack, action, name], {
    cwd: ROOT,
    env: { ...process.env, PYTHONPATH: ROOT },
  });
}

/** Ends the process (its name as in `bin/up --status`) for good. */
export const stop = name => turn('stop', name);
export const start = name => turn('start', name);
