import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app';
import { CodeLoadError } from './components/lazy-code';
import { initTexts } from './texts/i18n';

// Without texts there is nothing to show: the browser loads the page once more, in case the server is back or newer by then.
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
