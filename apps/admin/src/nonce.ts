/** The nonce with which the content security policy of this page allows style elements. */
export const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';

// Mantine's dialogs use react-remove-scroll, which takes the nonce for its style element from here.
Object.assign(globalThis, { __webpack_nonce__: nonce });
