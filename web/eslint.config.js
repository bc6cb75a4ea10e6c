import js from "@eslint/js";
import i18next from "eslint-plugin-i18next";
import jsxA11y from "eslint-plugin-jsx-a11y";
import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["dist", "node_modules", "src/api/schema.d.ts"] },
  js.configs.recommended,
  {
    files: ["**/*.{ts,tsx}"],
    extends: [
      ...tseslint.configs.strictTypeChecked,
      reactHooks.configs.flat["recommended-latest"],
      jsxA11y.flatConfigs.strict,
      i18next.configs["flat/recommended"],
    ],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      "max-lines": ["error", 400],
      "no-console": "error",
      // It warns of the React compiler, which is not used.
      "react-hooks/incompatible-library": "off",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/consistent-type-imports": "error",
    },
  },
  { files: ["**/*.test.tsx"], rules: { "i18next/no-literal-string": "off" } },
  {
    files: ["scripts/*.mjs", "public/*.js"],
    languageOptions: {
      globals: {
        console: "readonly",
        document: "readonly",
        localStorage: "readonly",
        matchMedia: "readonly",
        process: "readonly",
        URL: "readonly",
      },
    },
  },
);
