import { useEffect, useState } from 'react';

/** When a dialog goes, the keyboard goes back to where it was when the dialog came; from an item of a menu, to what opened the menu. */
export function useReturnFocus(): void {
  const [before] = useState(() => {
    const focused = document.activeElement;
    const menu = focused?.closest('[role=menu]')?.getAttribute('aria-labelledby');
    return menu ? document.getElementById(menu) : focused;
  });
  useEffect(
    () => () => {
      // Only after the dialog has gone from the page.
      setTimeout(() => {
        if (document.activeElement === document.body && before instanceof HTMLElement) before.focus();
      });
    },
    [before],
  );
}
