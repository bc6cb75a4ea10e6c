import { defineConfig } from "vite";

/** The session module alone, as the plain ES module `/session.js` that the viewer imports. */
export default defineConfig({
  publicDir: false,
  build: {
    target: "es2022",
    emptyOutDir: false,
    lib: { entry: "src/session/index.ts", formats: ["es"], fileName: () => "session.js" },
  },
});
