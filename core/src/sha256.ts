/** Whatever hashes takes one of these, so that a host with a native SHA-256 can pass its own. */
export type Sha256 = (bytes: Uint8Array) => Uint8Array

/** A hash under way. `digest` ends it; neither may be called afterwards. */
export type Sha256Stream = { readonly update: (bytes: Uint8Array) => void; readonly digest: () => Uint8Array }

// FIPS 180-4 section 4.2.2.
const k = new Int32Array([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
  0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
  0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
  0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
  0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
  0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
  0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
  0xc67178f2,
])

const start = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19] as const

/**
 * SHA-256 (FIPS 180-4) in plain arithmetic, for the browser, whose own hash takes no stream.
 *
 * It is not constant in time and does not have to be: nothing that the vault hashes through it is a
 * secret. Node hosts pass `node:crypto`, which is several times faster on large input.
 */
export function newSha256(): Sha256Stream {
  const state = Int32Array.from(start)
  const words = new Int32Array(64)
  const block = new Uint8Array(64)
  let held = 0
  let length = 0

  const update = (bytes: Uint8Array) => {
    length += bytes.length
    let at = 0
    if (held > 0) {
      at = Math.min(64 - held, bytes.length)
      block.set(bytes.subarray(0, at), held)
      held += at
      if (held < 64) return
      compress(state, words, { bytes: block, at: 0, blocks: 1 })
      held = 0
    }
    const blocks = Math.floor((bytes.length - at) / 64)
    compress(state, words, { bytes, at, blocks })
    at += blocks * 64
    held = bytes.length - at
    if (held > 0) block.set(bytes.subarray(at))
  }

  const digest = () => {
    const bits = length * 8
    const tail = new Uint8Array(held < 56 ? 64 : 128)
    tail.set(block.subarray(0, held))
    tail[held] = 0x80
    const view = new DataView(tail.buffer)
    view.setUint32(tail.length - 8, Math.floor(bits / 0x1_0000_0000))
    view.setUint32(tail.length - 4, bits % 0x1_0000_0000)
    compress(state, words, { bytes: tail, at: 0, blocks: tail.length / 64 })
    const out = new Uint8Array(32)
    const result = new DataView(out.buffer)
    for (let index = 0; index < 8; index++) result.setInt32(4 * index, state[index] as number)
    return out
  }

  return { update, digest }
}

/** The SHA-256 of bytes that are in memory as a whole. */
export const sha256: Sha256 = (bytes) => {
  const stream = newSha256()
  stream.update(bytes)
  return stream.digest()
}

type Run = { readonly bytes: Uint8Array; readonly at: number; readonly blocks: number }

const sum0 = (x: number) => ((x >>> 2) | (x << 30)) ^ ((x >>> 13) | (x << 19)) ^ ((x >>> 22) | (x << 10))
const sum1 = (x: number) => ((x >>> 6) | (x << 26)) ^ ((x >>> 11) | (x << 21)) ^ ((x >>> 25) | (x << 7))
const choice = (x: number, y: number, z: number) => z ^ (x & (y ^ z))
const majority = (x: number, y: number, z: number) => (x & y) | (z & (x | y))

/**
 * FIPS 180-4 section 6.2.2, over consecutive blocks. Nothing is allocated per block. Rounds are not
 * unrolled: measured in V8, the longer loop runs slower.
 */
function compress(state: Int32Array, words: Int32Array, { bytes, at, blocks }: Run): void {
  for (let offset = at; offset < at + blocks * 64; offset += 64) {
    schedule(words, bytes, offset)
    let a = state[0] as number
    let b = state[1] as number
    let c = state[2] as number
    let d = state[3] as number
    let e = state[4] as number
    let f = state[5] as number
    let g = state[6] as number
    let h = state[7] as number
    for (let t = 0; t < 64; t++) {
      const t1 = (h + sum1(e) + choice(e, f, g) + (k[t] as number) + (words[t] as number)) | 0
      const t2 = (sum0(a) + majority(a, b, c)) | 0
      h = g
      g = f
      f = e
      e = (d + t1) | 0
      d = c
      c = b
      b = a
      a = (t1 + t2) | 0
    }
    state[0] = (state[0] as number) + a
    state[1] = (state[1] as number) + b
    state[2] = (state[2] as number) + c
    state[3] = (state[3] as number) + d
    state[4] = (state[4] as number) + e
    state[5] = (state[5] as number) + f
    state[6] = (state[6] as number) + g
    state[7] = (state[7] as number) + h
  }
}

function schedule(words: Int32Array, bytes: Uint8Array, offset: number): void {
  for (let t = 0, at = offset; t < 16; t++, at += 4) {
    words[t] =
      ((bytes[at] as number) << 24) |
      ((bytes[at + 1] as number) << 16) |
      ((bytes[at + 2] as number) << 8) |
      (bytes[at + 3] as number)
  }
  for (let t = 16; t < 64; t++) {
    const w2 = words[t - 2] as number
    const w15 = words[t - 15] as number
    const s1 = ((w2 >>> 17) | (w2 << 15)) ^ ((w2 >>> 19) | (w2 << 13)) ^ (w2 >>> 10)
    const s0 = ((w15 >>> 7) | (w15 << 25)) ^ ((w15 >>> 18) | (w15 << 14)) ^ (w15 >>> 3)
    words[t] = (s1 + (words[t - 7] as number) + s0 + (words[t - 16] as number)) | 0
  }
}
