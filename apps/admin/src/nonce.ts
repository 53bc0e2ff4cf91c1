/** What the content security policy of this answer knows style elements by. */
export const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';

// Mantine's dialogs hold the page behind them still with a style element made by react-remove-scroll, which looks here.
Object.assign(globalThis, { __webpack_nonce__: nonce });
