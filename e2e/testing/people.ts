import type { Page } from 'playwright-core'
import type { Authenticator } from './authenticator.ts'

export type Person = { readonly signInName: string; readonly password: string; readonly authenticator: Authenticator }

/** Signs in on the page as a person does: accepts the notice, types name, password and code. */
export async function signIn(page: Page, { signInName, password, authenticator }: Person): Promise<void> {
  await page.getByRole('button', { name: 'I accept' }).click()
  await page.getByLabel('Sign-in name').fill(signInName)
  await page.getByLabel(/^Password/).fill(password)
  await page.getByLabel('Code from your authenticator').fill(await authenticator.code())
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('button', { name: 'Lock this session' }).waitFor()
}

/** What a person reads beside the QR code, without the gaps. */
export async function shownSecret(page: Page): Promise<string> {
  const shown = page.getByRole('button', { name: /Copy the authenticator secret/ }).locator('code')
  return (await shown.innerText()).replace(/\s/g, '')
}
