import { createTheme, type CSSVariablesResolver } from '@mantine/core';

const scrollingOptions = { withScrollArea: false, styles: { options: { maxHeight: 220, overflowY: 'auto' } } };

/** Names and reasons may be one word that is longer than a line. */
const breakWords = { content: { overflowWrap: 'anywhere' } };

/** Mantine's defaults, with colours that are dark enough to read (WCAG 2.2 AA). */
export const theme = createTheme({
  primaryShade: { light: 8, dark: 8 },
  autoContrast: true,
  cursorType: 'pointer',
  respectReducedMotion: true,
  // By name: imported here, each would belong to the first load.
  components: {
    Modal: { defaultProps: { centered: true }, styles: breakWords },
    Drawer: { styles: breakWords },
    Tooltip: { defaultProps: { withArrow: true } },
    // Its place for the focus is a focusable child that a menu may not have (axe: aria-required-children).
    Menu: { defaultProps: { withInitialFocusPlaceholder: false } },
    // The list of options scrolls itself: a scrolling part within it could not be come to (axe: scrollable-region-focusable).
    Select: { defaultProps: scrollingOptions },
    MultiSelect: { defaultProps: scrollingOptions },
  },
});

/** Secondary text and errors, darker (in the dark, lighter) than Mantine's, so that they can be read, too. */
export const readableColors: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': 'var(--mantine-color-gray-7)',
    '--mantine-color-placeholder': 'var(--mantine-color-gray-7)',
    '--mantine-color-error': 'var(--mantine-color-red-9)',
    // Between blue-1 and blue-2, on which blue text is too faint.
    '--mantine-color-blue-light-hover': '#c3e5ff',
  },
  dark: {
    '--mantine-color-dimmed': 'var(--mantine-color-dark-1)',
    '--mantine-color-placeholder': 'var(--mantine-color-dark-1)',
    '--mantine-color-error': 'var(--mantine-color-red-4)',
  },
});
