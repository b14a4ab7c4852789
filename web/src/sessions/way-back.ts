/**
 * Where to go after the sign-in. The address comes from the URL, so anybody can have written it:
 * only a path of this vault is followed, never another host, not even as `//host` or `/\host`.
 */
export function wayBack(from: string): string {
  if (!/^\/(?![/\\])/.test(from)) return '/'
  return /^\/(sign-in|set-up|enrol|unlock)\b/.test(from) ? '/' : from
}
