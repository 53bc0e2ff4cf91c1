import { useRef, useState } from 'react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { createIdempotencyKey } from '../api/idempotency-key';
import { Problem } from '../api/problem';
import { unwrapResponse, api } from '../api/client';
import { refreshUsers } from '../api/refresh-users';
import type { ParsedLine } from './parse-people';

/** The result of a line: added, or refused with a problem. */
export type LineOutcome = 'added' | Problem;

/** Checks that the refusal is about this line's person; any other would meet the next lines as well. */
const isAboutPerson = (error: unknown): error is Problem =>
  error instanceof Problem && [400, 404, 409, 422].includes(error.status);

/** Adds people one by one. After an outage, the next call continues with the lines that have no result yet. */
export function useAddPeople(accountId: string) {
  const queryClient = useQueryClient();
  const [lines, setLines] = useState<readonly ParsedLine[]>();
  const [outcomes, setOutcomes] = useState<ReadonlyMap<number, LineOutcome>>(new Map());
  const keys = useRef(new Map<string, string>());
  const addOne = async ({ person }: ParsedLine): Promise<string> => {
    const about = JSON.stringify(person);
    const key = keys.current.get(about) ?? createIdempotencyKey();
    keys.current.set(about, key);
    const call = api.POST('/api/v1/accounts/{accountId}/users', {
      params: { path: { accountId }, header: { 'Idempotency-Key': key } },
      body: person,
    });
    return (await unwrapResponse(call)).userId;
  };
  const adding = useMutation({
    mutationFn: async (wanted: readonly ParsedLine[]) => {
      setLines(wanted);
      const added: string[] = [];
      try {
        for (const line of wanted.filter(({ number }) => !outcomes.has(number))) {
          const outcome = await addOne(line).then(
            (userId) => (added.push(userId), 'added' as const),
            (error: unknown) => {
              if (isAboutPerson(error)) return error;
              throw error;
            },
          );
          setOutcomes((before) => new Map(before).set(line.number, outcome));
        }
      } finally {
        await refreshUsers(queryClient, accountId, added);
      }
    },
  });
  const list = [...outcomes.values()];
  return {
    /** The lines that are being added or have been; undefined before. */
    lines,
    outcomes,
    addedCount: list.filter((outcome) => outcome === 'added').length,
    isRunning: adding.isPending,
    /** Whether every line was added. */
    isComplete: lines !== undefined && lines.every(({ number }) => outcomes.get(number) === 'added'),
    /** The error that stopped the adding before all lines were sent. */
    error: adding.error,
    start: (wanted: readonly ParsedLine[]) => adding.mutate(wanted),
    resume: () => lines && adding.mutate(lines),
    /** Marks a line as added after a suggested action has succeeded. */
    markAdded: (number: number) => setOutcomes((before) => new Map(before).set(number, 'added')),
    /** Returns to the text of the pasted lines. */
    reset: () => {
      adding.reset();
      setLines(undefined);
      setOutcomes(new Map());
    },
  };
}
