import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codeAt, stepAt } from './totp.ts'

// RFC 6238 appendix B, SHA-1, the last six of its eight digits.
const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
const vectors = [
  [59, '287082'],
  [1_111_111_109, '081804'],
  [1_234_567_890, '005924'],
  [20_000_000_000, '353130'],
] as const

test('one-time codes are those of the standard', () => {
  const codes = vectors.map(([seconds]) => codeAt(secret, stepAt(new Date(seconds * 1000))))

  assert.deepEqual(
    codes,
    vectors.map(([, code]) => code),
  )
})

test('the address in a QR code gives the same code as the secret that was typed in groups', () => {
  const uri = `otpauth://totp/Sallyport:mruiz?secret=${secret}&issuer=Sallyport`

  const codes = [codeAt(uri, 1), codeAt('GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ', 1)]

  assert.deepEqual(codes, ['287082', '287082'])
})
