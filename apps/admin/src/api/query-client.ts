import { QueryCache, QueryClient } from '@tanstack/react-query';
import { meKey, onLoginChangedInOtherTab, redirectToLoginAndBack } from './me';
import { Problem } from './problem';

/** Checks that a retry may succeed: the server was not reached or answered 503. A refusal stays a refusal. */
const isTransient = (error: Error): boolean => !(error instanceof Problem) || error.status === 503;

export const queryClient: QueryClient = new QueryClient({
  defaultOptions: { queries: { staleTime: 30_000, retry: (failures, error) => failures < 3 && isTransient(error) } },
  queryCache: new QueryCache({
    onError: (error, { queryKey }) => {
      if (error instanceof Problem && error.status === 401 && queryKey !== meKey) void redirectToLoginAndBack(error);
    },
  }),
});

onLoginChangedInOtherTab(() => void queryClient.invalidateQueries({ queryKey: meKey }));
