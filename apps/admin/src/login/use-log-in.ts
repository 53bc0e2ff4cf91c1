import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { meKey, rememberLogin, type Me } from '../api/me';

/** Enters the house with whatever the server took for it, and goes on to where one was led from. */
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
