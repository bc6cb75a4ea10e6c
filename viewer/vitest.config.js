import { fileURLToPath } from 'node:url';

const session = fileURLToPath(new URL('../web/src/session/index.ts', import.meta.url));

export default {
  resolve: { alias: { '/session.js': session, '@': fileURLToPath(new URL('../web/src', import.meta.url)) } },
  server: { fs: { strict: false } },
  test: { environment: 'jsdom', globals: true, include: ['tests/**/*.test.js'], restoreMocks: true },
};
