import { useEffect, useState } from 'react';

/** When the component is removed, moves the focus back to the element that had it before; if that was a menu item, to the button that opened the menu; if it is gone, to the page's content. */
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
        if (document.activeElement !== document.body) return;
        // What was done may have removed the button, like that of an unlock.
        const target =
          before instanceof HTMLElement && before.isConnected ? before : document.getElementById('content');
        target?.focus();
      });
    },
    [before],
  );
}
