import { ori, type setUp, slug, timeZone } from '@sallyport/api/agency'
import { signInName } from '@sallyport/api/people'
import type { Asking } from '../call.ts'

export type SetUpForm = {
  readonly name: string
  readonly ori: string
  readonly slug: string
  readonly timeZone: string
  readonly person: string
  readonly signInName: string
  readonly password: string
  readonly again: string
  readonly alsoCustodian: boolean
  readonly unlock: 'by-hand' | 'by-file'
  readonly passphrase: string
  readonly passphraseAgain: string
  readonly bannerText: string
  readonly code: string
}

export const emptySetUp: SetUpForm = {
  name: '',
  ori: '',
  slug: '',
  timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  person: '',
  signInName: '',
  password: '',
  again: '',
  alsoCustodian: false,
  unlock: 'by-hand',
  passphrase: '',
  passphraseAgain: '',
  bannerText: '',
  code: '',
}

/** The floor of the `cjis-v6` profile; the agency can ask for more afterwards. */
export const shortestPassword = 8
const shortestPassphrase = 15

/** A short name made of the agency's: `Fairhaven Police Department` becomes `fairhaven-pd`. */
export const slugFrom = (name: string): string =>
  name
    .toLowerCase()
    .normalize('NFKD')
    .replace(/police department/, 'pd')
    .replace(/sheriff'?s? (office|department)/, 'so')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40)
    .replace(/-+$/, '')

export type Faults = Partial<Record<keyof SetUpForm, string>>

/** What is not right yet in a step, per field. A field that is empty is told only when the step is left. */
export function faultsOf(step: number, form: SetUpForm): Faults {
  const faults: Faults = {}
  const need = (field: keyof SetUpForm, sound: boolean, says: string) => {
    if (!sound) faults[field] = says
  }
  if (step === 0) {
    need('name', form.name.trim() !== '', 'The agency needs a name')
    need('ori', ori.safeParse(form.ori).success, 'Nine letters and digits, as the FBI gave it to your agency')
    need('slug', slug.safeParse(form.slug).success, 'Small letters, digits and single hyphens')
    need('timeZone', timeZone.safeParse(form.timeZone).success, 'A time zone such as America/Chicago')
  }
  if (step === 1) {
    need('person', form.person.trim() !== '', 'Your name is missing')
    need(
      'signInName',
      signInName.safeParse(form.signInName).success,
      'Letters, digits, dot, hyphen, underscore, at-sign',
    )
    need('password', [...form.password].length >= shortestPassword, `At least ${shortestPassword} characters`)
    need('again', form.again === form.password, 'The two are not the same')
  }
  if (step === 2) {
    need('passphrase', [...form.passphrase].length >= shortestPassphrase, `At least ${shortestPassphrase} characters`)
    need('passphraseAgain', form.passphraseAgain === form.passphrase, 'The two are not the same')
    need('passphrase', form.passphrase !== form.password, 'Not the same as your password')
  }
  if (step === 3) need('bannerText', form.bannerText.trim() !== '', 'The notice cannot be empty')
  if (step === 4) need('code', /^\d{6}$/.test(form.code), 'Six digits')
  return faults
}

export const askingOf = (token: string, totpSecret: string, form: SetUpForm): Asking<typeof setUp> => ({
  token,
  name: form.name,
  ori: form.ori,
  slug: form.slug,
  timeZone: form.timeZone,
  bannerText: form.bannerText,
  unlock: form.unlock,
  passphrase: form.passphrase,
  administrator: {
    name: form.person,
    signInName: form.signInName,
    password: form.password,
    totpSecret,
    code: form.code,
    alsoCustodian: form.alsoCustodian,
  },
})
