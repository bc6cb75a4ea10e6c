import {
  createTheme,
  defaultVariantColorsResolver,
  type CSSVariablesResolver,
  type MantineColorsTuple,
  type VariantColorsResolver,
} from "@mantine/core";

const nova: MantineColorsTuple = [
  "#edf6f9",
  "#dcebf1",
  "#b6d6e2",
  "#8cbfd2",
  "#69acc5",
  "#4f9cb9",
  "#3a86a4",
  "#2a6c88",
  "#215a73",
  "#16475d",
];

/** Near black with a touch of blue: a dim room, where the picture is the brightest thing. */
const dark: MantineColorsTuple = [
  "#d3dae0",
  "#aab5be",
  "#84919c",
  "#5b6873",
  "#37424b",
  "#2a333a",
  "#1c2328",
  "#14191d",
  "#0f1316",
  "#0a0d0f",
];

const FONT =
  '"Pretendard", "Noto Sans KR", "Noto Sans CJK KR", "Apple SD Gothic Neo", "Malgun Gothic", system-ui, sans-serif';

/** `light` variants with text dark enough to read (4.5:1) on their tint. */
const variantColorResolver: VariantColorsResolver = (input) => {
  const colors = defaultVariantColorsResolver(input);
  if (input.variant !== "light") return colors;
  const name = input.color ?? input.theme.primaryColor;
  if (!(name in input.theme.colors)) return colors;
  return {
    ...colors,
    color: `light-dark(color-mix(in srgb, var(--mantine-color-${name}-9) 65%, black), var(--mantine-color-${name}-2))`,
  };
};

export const theme = createTheme({
  colors: { nova, dark },
  primaryColor: "nova",
  primaryShade: 7,
  fontFamily: FONT,
  headings: { fontFamily: FONT, fontWeight: "600" },
  defaultRadius: "sm",
  cursorType: "pointer",
  variantColorResolver,
  components: {
    Table: { defaultProps: { verticalSpacing: "xs" } },
    Badge: { defaultProps: { variant: "light", radius: "sm", tt: "none" } },
    Paper: { styles: { root: { backgroundColor: "var(--cdss-surface)" } } },
    // A <header> of a dialog would count as another banner of the page.
    ModalHeader: { defaultProps: { role: "none" } },
    DrawerHeader: { defaultProps: { role: "none" } },
    // Its nameless focus holder would be a stranger among the items; the first one takes the focus.
    Menu: { defaultProps: { withInitialFocusPlaceholder: false } },
    Tooltip: { defaultProps: { withArrow: true, openDelay: 300 } },
  },
});

/** Mantine's defaults for secondary text and errors stay under 4.5:1. */
export const cssVariablesResolver: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-body": "#f5f7f9",
    "--cdss-surface": "#ffffff",
    "--cdss-border": "#dfe5ea",
    "--mantine-color-dimmed": "#566370",
    "--mantine-color-placeholder": "#6b7782",
    "--mantine-color-error": "#c22525",
    "--mantine-color-anchor": "#215a73",
  },
  dark: {
    "--mantine-color-body": "#0b0e10",
    "--cdss-surface": "#12171a",
    "--cdss-border": "#28313a",
    "--mantine-color-dimmed": "#94a1ac",
    "--mantine-color-placeholder": "#84919c",
    "--mantine-color-error": "#ff8a8a",
    "--mantine-color-anchor": "#8cbfd2",
  },
});
