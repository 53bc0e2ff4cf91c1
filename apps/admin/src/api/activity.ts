/** How long after somebody has touched the page what it asks for counts as theirs, ms. */
const activeForMs = 10_000;

/** Opening a page is something that a person does, too. */
let lastInput = Date.now();

for (const type of ['pointerdown', 'keydown', 'wheel', 'touchstart']) {
  window.addEventListener(type, () => (lastInput = Date.now()), { capture: true, passive: true });
}

/** Whether somebody is at this page now; else it asks by itself, for what others change. */
export const isUserActive = (): boolean => Date.now() - lastInput < activeForMs;
