/** For this many milliseconds after an input, the page's requests count as the user's. */
const activeForMs = 10_000;

/** Opening a page counts as an input. */
let lastInput = Date.now();

for (const type of ['pointerdown', 'keydown', 'wheel', 'touchstart']) {
  window.addEventListener(type, () => (lastInput = Date.now()), { capture: true, passive: true });
}

/** Checks whether somebody has used the page in the last ten seconds. If not, the page's requests count as background requests, which do not extend the session. */
export const isUserActive = (): boolean => Date.now() - lastInput < activeForMs;
