import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { meKey, rememberLogin, type Me } from '../api/me';

/** Returns the TanStack mutation that logs in with `sendLogin` and then opens the path `to`. */
export function useLogIn<Fields>(sendLogin: (fields: Fields) => Promise<Me>, to = '/') {
  const queryClient = useQueryClient();
  const router = useRouter();
  return useMutation({
    mutationFn: sendLogin,
    onSuccess: async (me) => {
      queryClient.clear();
      rememberLogin();
      queryClient.setQueryData(meKey, me);
      await router.navigate({ href: to, replace: true });
    },
  });
}
