import { Modal, Tooltip, createTheme, type CSSVariablesResolver } from '@mantine/core';

/** Mantine's defaults, with colours that are dark enough to read (WCAG 2.2 AA). */
export const theme = createTheme({
  primaryShade: { light: 8, dark: 8 },
  autoContrast: true,
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Modal: Modal.extend({ defaultProps: { centered: true } }),
    Tooltip: Tooltip.extend({ defaultProps: { withArrow: true } }),
  },
});

/** Secondary text and errors, darker (in the dark, lighter) than Mantine's, so that they can be read, too. */
export const legible: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': 'var(--mantine-color-gray-7)',
    '--mantine-color-placeholder': 'var(--mantine-color-gray-7)',
    '--mantine-color-error': 'var(--mantine-color-red-9)',
  },
  dark: {
    '--mantine-color-dimmed': 'var(--mantine-color-dark-1)',
    '--mantine-color-placeholder': 'var(--mantine-color-dark-1)',
    '--mantine-color-error': 'var(--mantine-color-red-4)',
  },
});
