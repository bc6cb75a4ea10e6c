import process from "node:process";
import js from "@eslint/js";
import i18next from "eslint-plugin-i18next";
import jsxA11y from "eslint-plugin-jsx-a11y";
import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

/** From the top down: a layer imports those below it, and never the other way. */
const LAYERS = ["app", "pages", "login", "shared", "api", "session", "i18n", "theme"];
const SIDEWAYS = {
  group: ["../*"],
  message: "Import another folder by its `@/` address, so that the rules about layers see it.",
};

const { "rules-of-hooks": ofHooks, "exhaustive-deps": dependencies } = reactHooks.rules;
/** Two thirds of the time go into these; `bin/test --thorough` checks them too. */
const SLOW = process.env.CDSS_TEST_THOROUGH
  ? [reactHooks.configs.flat["recommended-latest"], { rules: { "react-hooks/incompatible-library": "off" } }] // of the React compiler, which is not used
  : [
      {
        plugins: { "react-hooks": { rules: { "rules-of-hooks": ofHooks, "exhaustive-deps": dependencies } } },
        rules: {
          "react-hooks/rules-of-hooks": "error",
          "react-hooks/exhaustive-deps": "error",
          "@typescript-eslint/no-deprecated": "off",
        },
      },
    ];

/** What the folder of a layer may not import: the layers above it, and for a page every page. */
function layerOf(layer) {
  const above = LAYERS.slice(0, LAYERS.indexOf(layer) + (layer === "pages" ? 1 : 0));
  const message =
    layer === "pages"
      ? "Pages keep apart: what two areas use belongs into shared/ or api/."
      : `${layer}/ lies below: ${LAYERS.join(" > ")}.`;
  const upwards = above.map((name) => ({ group: [`@/${name}`, `@/${name}/**`], message }));
  return {
    files: [`src/${layer}/**/*.{ts,tsx}`],
    rules: { "no-restricted-imports": ["error", { patterns: [SIDEWAYS, ...upwards] }] },
  };
}

export default tseslint.config(
  { ignores: ["dist", "node_modules", "**/schema.d.ts"] },
  js.configs.recommended,
  {
    files: ["**/*.{ts,tsx}"],
    extends: [
      ...tseslint.configs.strictTypeChecked,
      ...SLOW,
      jsxA11y.flatConfigs.strict,
      i18next.configs["flat/recommended"],
    ],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      "max-lines": ["error", 400],
      "no-console": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/consistent-type-imports": "error",
      "no-restricted-syntax": [
        "error",
        {
          selector: "Property[key.name=/^(queryKey|mutationKey)$/] > ArrayExpression",
          message: "Query keys come from src/api/keys.ts.",
        },
        {
          selector: "Property[key.name='header'][value.value='']",
          message: "A column without a name says nothing to a screen reader.",
        },
        {
          selector: "JSXOpeningElement[name.property.name='ScrollContainer'] > JSXAttribute[name.name='role'][value.value='region']",
          message: "A table that scrolls is a group: as a region it is a second landmark of its section's name.",
        },
      ],
    },
  },
  ...LAYERS.filter((layer) => layer !== "i18n").map(layerOf),
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
