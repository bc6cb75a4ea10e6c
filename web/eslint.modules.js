// The rules of the plain JavaScript modules of viewer/ and tests/web, which have no packages of
// their own for it. That names are defined is TypeScript's part there.
import js from "@eslint/js";

export const modules = [
  js.configs.recommended,
  {
    files: ["**/*.{js,mjs}"],
    languageOptions: { ecmaVersion: "latest", sourceType: "module" },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "no-undef": "off",
      "max-lines": ["error", 400],
      eqeqeq: ["error", "always"],
      "no-var": "error",
      "prefer-const": "error",
      "no-shadow": ["error", { builtinGlobals: false }],
      "object-shorthand": "error",
      "no-useless-return": "error",
    },
  },
];
