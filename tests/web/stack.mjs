// Stops and starts processes of the stack under test: bin/test's, else that of bin/up.
import { execFileSync } from 'node:child_process';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CONTROL = `
import sys
from deploy.native.layout import Layout
from deploy.native.stack import Stack
name, action, process = sys.argv[1:]
getattr(Stack(Layout(name)).supervisor._rpc, f"{action}Process")(process)
`;

/**
 * @param {'stop' | 'start'} action
 * @param {string} name
 */
function control(action, name) {
  const stack = basename(process.env.CDSS_STATE_DIR ?? 'up');
  execFileSync(join(ROOT, '.venv/bin/python'), ['-c', CONTROL, stack, action, name], {
    cwd: ROOT,
    env: { ...process.env, PYTHONPATH: ROOT },
  });
}

/** @param {string} name of the process, as in `bin/up --status` */
export const stop = name => control('stop', name);
/** @param {string} name */
export const start = name => control('start', name);
