import type { en } from './en';

/** The same texts in another language: a missing one does not compile. `Few` names the plural forms that English lacks. */
export type Texts<Few extends string = never, T = typeof en> = {
  readonly [K in keyof T]: T[K] extends string ? string : Texts<Few, T[K]>;
} & { readonly [K in keyof T as K extends `${infer Base}_other` ? `${Base}_${Few}` : never]: string };
