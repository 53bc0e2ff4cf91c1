/** Options of an infinite query: each page has the cursor of the next one. */
export const cursorPaging = {
  initialPageParam: '',
  getNextPageParam: ({ next }: { readonly next: string | null }) => next,
};

/** Returns the query parameters of a page: `limit` rows from the cursor on. */
export const toPageQuery = (cursor: string, limit = 100) => ({ limit, ...(cursor && { cursor }) });
