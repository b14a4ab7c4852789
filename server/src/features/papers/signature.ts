import { type Signer, signDetached, type Stamp } from './cms.ts'
import { rangeMark, reserved } from './document.ts'

/**
 * Signs a PDF that has a place for it, as PAdES B-B, or B-T when an authority stamps it.
 *
 * The signature covers every byte but its own place (ISO 32000-1, 12.8.1), so a byte that is added after it
 * shows too.
 */
export async function signPdf(
  pdf: Buffer,
  signer: Signer,
  stamp: Stamp,
): Promise<{ readonly pdf: Buffer; readonly stamped: boolean }> {
  const range = pdf.indexOf(rangeMark, 0, 'latin1')
  // Its own place begins with the first mark of a text in hexadecimal digits that is all noughts.
  const from = pdf.indexOf(`<${'0'.repeat(2 * reserved)}>`, range, 'latin1')
  if (range < 0 || from < 0) throw new Error('A paper without a place for its signature.')
  const until = from + 2 * reserved + 2
  const covers = `[0 ${from} ${until} ${pdf.length - until}]`
  const signed = Buffer.from(pdf)
  signed.write(covers.padEnd(rangeMark.length), range, 'latin1')
  const content = [signed.subarray(0, from), signed.subarray(until)]
  const whole = await signDetached(content, signer, stamp)
  // A chain that is too long for its place: a signature without a stamp is better than none.
  const cms =
    whole.signed.length <= reserved ? whole : await signDetached(content, signer, () => Promise.resolve(undefined))
  signed.write(Buffer.from(cms.signed).toString('hex'), from + 1, 'latin1')
  return { pdf: signed, stamped: cms.stamped }
}
