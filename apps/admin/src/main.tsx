import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app';
import { CodeLoadError } from './components/lazy-code';
import { initTexts } from './texts/i18n';

// The page needs its texts. If they can not be loaded, reload the page: the server may be back, or a newer build may be there.
await initTexts().catch(async () => {
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  window.location.reload();
  await new Promise(() => {});
});
createRoot(document.getElementById('root')!, {
  // The page itself tells that code could not be loaded.
  onCaughtError: (error) => error instanceof CodeLoadError || reportError(error),
}).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
