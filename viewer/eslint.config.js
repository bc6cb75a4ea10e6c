import { modules } from '../web/eslint.modules.js';

export default [{ ignores: ['dist', '.cache'] }, ...modules];
