import { modules } from '../../web/eslint.modules.js';

export default modules;
