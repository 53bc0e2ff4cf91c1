import { Modal, Tooltip, createTheme } from '@mantine/core';

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
