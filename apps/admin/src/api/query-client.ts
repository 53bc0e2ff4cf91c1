import { QueryCache, QueryClient } from '@tanstack/react-query';
import { meKey, onLoginChangedInOtherTab, redirectToLoginAndBack } from './me';
import { Problem, isTransient, toRecoverInterval } from './problem';

export const queryClient: QueryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      retry: (failures, error) => failures < 3 && isTransient(error),
      // Pages recover by themselves when the server is back.
      refetchInterval: ({ state }) => toRecoverInterval(state.error),
    },
  },
  queryCache: new QueryCache({
    onError: (error, { queryKey }) => {
      if (error instanceof Problem && error.status === 401 && queryKey !== meKey) void redirectToLoginAndBack(error);
    },
  }),
});

onLoginChangedInOtherTab(() => void queryClient.invalidateQueries({ queryKey: meKey }));
