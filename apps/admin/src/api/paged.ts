/** How lists go on: each page names the next one's cursor. */
export const paged = { initialPageParam: '', getNextPageParam: ({ next }: { readonly next: string | null }) => next };

/** The query of a page: so many rows, from the cursor on. */
export const pageAt = (cursor: string, limit = 100) => ({ limit, ...(cursor && { cursor }) });
