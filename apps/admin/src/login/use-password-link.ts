import { useEffect, useState } from 'react';

/** The key in the tab's storage, where the link stays until it is used, so that a reload does not lose it. */
const storageKey = 'rollbook.password-link';

/** Returns the secret of the mailed link: the part behind the `#`, which is removed from the address at once, so that it is in no history and no bookmark. */
export function usePasswordLink(): string {
  const [link, setLink] = useState(() => window.location.hash.slice(1) || (sessionStorage.getItem(storageKey) ?? ''));
  useEffect(() => {
    const take = (): void => {
      const hash = window.location.hash.slice(1);
      if (hash) {
        sessionStorage.setItem(storageKey, hash);
        setLink(hash);
      }
      window.history.replaceState(window.history.state, '', window.location.pathname);
    };
    take();
    // A newer link opened in the same tab changes only the hash.
    window.addEventListener('hashchange', take);
    return () => window.removeEventListener('hashchange', take);
  }, []);
  return link;
}

/** Deletes the link from the tab's storage, once it is used. */
export const forgetPasswordLink = (): void => sessionStorage.removeItem(storageKey);
