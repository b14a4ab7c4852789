// Runs before everything else, as a file of its own because the vault's policy forbids inline script.
// 1. The colours, before the first paint, so that a night shift is not met by a white page.
// 2. Zod must not try `new Function`: the policy forbids it and would report each attempt.
const kept = window.localStorage.getItem('mantine-color-scheme-value')
const light = kept === 'light' || (kept !== 'dark' && window.matchMedia('(prefers-color-scheme: light)').matches)
document.documentElement.setAttribute('data-mantine-color-scheme', light ? 'light' : 'dark')
globalThis.__zod_globalConfig = { jitless: true }
