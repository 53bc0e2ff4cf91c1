/** How lists go on: each page names the next one's cursor. */
export const cursorPaging = {
  initialPageParam: '',
  getNextPageParam: ({ next }: { readonly next: string | null }) => next,
};

/** The query of a page: so many rows, from the cursor on. */
export const toPageQuery = (cursor: string, limit = 100) => ({ limit, ...(cursor && { cursor }) });
