import { useEffect, useState } from 'react';

/** When the component is removed, moves the focus back to the element that had it before; if that was a menu item, to the button that opened the menu. */
export function useReturnFocus(): void {
  const [before] = useState(() => {
    const focused = document.activeElement;
    const menu = focused?.closest('[role=menu]')?.getAttribute('aria-labelledby');
    return menu ? document.getElementById(menu) : focused;
  });
  useEffect(
    () => () => {
      // Later, because the dialog is still in the page now.
      setTimeout(() => {
        if (document.activeElement === document.body && before instanceof HTMLElement) before.focus();
      });
    },
    [before],
  );
}
