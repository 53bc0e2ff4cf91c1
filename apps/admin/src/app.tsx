import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { queryClient } from './api/query-client';
import { nonce } from './nonce';
import { Told } from './parts/tell';
import { router } from './router';
import { legible, theme } from './theme';

export function App() {
  return (
    <MantineProvider theme={theme} cssVariablesResolver={legible} defaultColorScheme="auto" getStyleNonce={() => nonce}>
      <QueryClientProvider client={queryClient}>
        <Told />
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  );
}
