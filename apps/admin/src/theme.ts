import { createTheme, type CSSVariablesResolver } from '@mantine/core';

const scrollingOptions = { withScrollArea: false, styles: { options: { maxHeight: 220, overflowY: 'auto' } } };

/** Breaks words that are longer than a line, as names and reasons may be. */
const breakWords = { content: { overflowWrap: 'anywhere' } };

/** Mantine's default theme, with colours that have enough contrast (WCAG 2.2 AA). */
export const theme = createTheme({
  primaryShade: { light: 8, dark: 8 },
  autoContrast: true,
  cursorType: 'pointer',
  respectReducedMotion: true,
  // By name: an import would make each component a part of the first load.
  components: {
    Modal: { defaultProps: { centered: true }, styles: breakWords },
    Drawer: { styles: breakWords },
    Tooltip: { defaultProps: { withArrow: true } },
    // Its initial focus placeholder is a focusable child that a menu must not have (axe: aria-required-children).
    Menu: { defaultProps: { withInitialFocusPlaceholder: false } },
    // The list of options itself scrolls: the keyboard does not reach a scroll area inside it (axe: scrollable-region-focusable).
    Select: { defaultProps: scrollingOptions },
    MultiSelect: { defaultProps: scrollingOptions },
  },
});

/** Returns colours for secondary text and errors with more contrast than Mantine's, in light and dark. */
export const readableColors: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': 'var(--mantine-color-gray-7)',
    '--mantine-color-placeholder': 'var(--mantine-color-gray-7)',
    '--mantine-color-error': 'var(--mantine-color-red-9)',
    // Between blue-1 and blue-2; on blue-2, blue text has too little contrast.
    '--mantine-color-blue-light-hover': '#c3e5ff',
  },
  dark: {
    '--mantine-color-dimmed': 'var(--mantine-color-dark-1)',
    '--mantine-color-placeholder': 'var(--mantine-color-dark-1)',
    '--mantine-color-error': 'var(--mantine-color-red-4)',
  },
});
