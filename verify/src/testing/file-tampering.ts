import { createHash } from 'node:crypto'
import { utf8 } from '@sallyport/core/bytes'
import type { FaultCode } from '../faults.ts'
import { bytesOf, clip, edit, editJson, flip, item1, rename, swap, turned } from './edit-bag.ts'
import type { Files, SoundBag } from './sound-bag.ts'

/** Something done to a sound bag, and the faults that must be told of it: these and no others. */
export type Tampering = {
  readonly name: string
  /** Whether the forger also wrote the BagIt lists anew. */
  readonly lists: 'left' | 'anew'
  /** Whether the reader brought key, policy and roots of their own. */
  readonly pinned?: boolean
  readonly tamper: (files: Files, bag: SoundBag) => void | Promise<void>
  readonly found: readonly FaultCode[]
}

const fileFaults = ['items/sha256', 'items/sha512'] as const

export const fileTampering: readonly Tampering[] = [
  {
    name: 'a bit of the evidence was changed',
    lists: 'left',
    tamper: (files) => flip(files, clip, 100),
    found: ['files/altered', ...fileFaults],
  },
  {
    name: 'a bit of the evidence was changed and the lists were written anew',
    lists: 'anew',
    tamper: (files) => flip(files, clip, 100),
    found: [...fileFaults],
  },
  {
    name: 'the evidence was replaced, and record and lists were written anew',
    lists: 'anew',
    tamper(files) {
      files.set(clip, utf8('another video'))
      const digest = (algorithm: string) => createHash(algorithm).update('another video').digest('hex')
      editJson(files, item1, (item) => ({ ...item, size: 13, sha256: digest('sha256'), sha512: digest('sha512') }))
    },
    found: ['items/ledger-differs'],
  },
  {
    name: 'the end of the evidence was cut off',
    lists: 'anew',
    tamper: (files) => void files.set(clip, bytesOf(files, clip).subarray(0, 299)),
    found: ['items/size', ...fileFaults],
  },
  {
    name: 'two files of evidence were swapped',
    lists: 'left',
    tamper: (files) => swap(files, clip, 'data/2/été.jpg'),
    found: ['files/altered', 'items/size', ...fileFaults],
  },
  {
    name: 'a file of evidence was taken out',
    lists: 'left',
    tamper: (files) => void files.delete(clip),
    found: ['files/missing', 'files/oxum', 'items/no-file'],
  },
  {
    name: 'a file was put among the evidence',
    lists: 'left',
    tamper: (files) => void files.set('data/1/planted.mp4', utf8('x')),
    found: ['files/oxum', 'files/unclaimed', 'files/unlisted'],
  },
  {
    name: 'a file was put among the evidence and listed',
    lists: 'anew',
    tamper: (files) => void files.set('data/1/planted.mp4', utf8('x')),
    found: ['files/unclaimed'],
  },
  {
    name: 'a file was put beside the records',
    lists: 'left',
    tamper: (files) => void files.set('metadata/1/note.txt', utf8('x')),
    found: ['files/unlisted'],
  },
  {
    name: 'the evidence was renamed',
    lists: 'left',
    tamper: (files) => rename(files, clip, 'data/1/other.mp4'),
    found: ['files/missing', 'files/unlisted', 'files/unclaimed', 'items/no-file'],
  },
  {
    name: 'the record names another original name',
    lists: 'anew',
    tamper: (files) => editJson(files, item1, (item) => ({ ...item, originalName: 'other.mp4' })),
    found: ['items/ledger-differs'],
  },
  {
    name: 'a line of the SHA-512 list was changed',
    lists: 'left',
    tamper: (files) => edit(files, 'manifest-sha512.txt', (list) => turned(list)),
    found: ['files/altered'],
  },
  {
    name: 'a line was taken out of the list of evidence',
    lists: 'left',
    tamper: (files) => edit(files, 'manifest-sha256.txt', (list) => list.slice(list.indexOf('\n') + 1)),
    found: ['files/altered', 'files/unlisted'],
  },
  {
    name: 'a list is of another form',
    lists: 'left',
    tamper: (files) => edit(files, 'tagmanifest-sha256.txt', (list) => `${list}not a line\n`),
    found: ['files/list-line'],
  },
  {
    name: 'a list names a file twice',
    lists: 'left',
    tamper: (files) => edit(files, 'tagmanifest-sha256.txt', (list) => list + list.slice(0, list.indexOf('\n') + 1)),
    found: ['files/listed-twice'],
  },
  {
    name: 'a list leads out of the bag',
    lists: 'left',
    tamper: (files) => edit(files, 'tagmanifest-sha256.txt', (list) => `${list}${'0'.repeat(64)}  ../../etc/passwd\n`),
    found: ['files/list-line'],
  },
  {
    name: 'a list is missing',
    lists: 'left',
    tamper: (files) => void files.delete('manifest-sha512.txt'),
    found: ['files/missing-part', 'files/missing'],
  },
  {
    name: 'the bag says that it holds more than it does',
    lists: 'left',
    tamper: (files) => edit(files, 'bag-info.txt', (info) => info.replace(/Oxum: \d/, 'Oxum: 9')),
    found: ['files/altered', 'files/oxum'],
  },
  {
    name: 'the bag sends its reader elsewhere for a file',
    lists: 'left',
    tamper: (files) => void files.set('fetch.txt', utf8('about:blank 5 data/1/more.mp4\n')),
    found: ['files/fetch', 'files/unlisted'],
  },
  {
    name: 'the bag declares another encoding',
    lists: 'left',
    tamper: (files) => edit(files, 'bagit.txt', (declaration) => declaration.replace('UTF-8', 'UTF-16')),
    found: ['files/altered', 'files/declaration'],
  },
  {
    name: 'the verifier in the bag was replaced',
    lists: 'left',
    tamper: (files) => void files.set('verify.mjs', utf8('console.log("Sound: all is well.")')),
    found: ['files/altered'],
  },
  {
    name: 'a certificate was changed',
    lists: 'left',
    tamper: (files) => flip(files, 'certificates/1-902-14.pdf', 12),
    found: ['files/altered'],
  },
  {
    name: 'the title of an item was changed',
    lists: 'left',
    tamper: (files) => editJson(files, item1, (item) => ({ ...item, title: 'Another title' })),
    found: ['files/altered'],
  },
  {
    name: 'the SHA-512 list of what describes was changed',
    lists: 'left',
    tamper: (files) => edit(files, 'tagmanifest-sha512.txt', (list) => turned(list)),
    found: ['files/altered'],
  },
  {
    name: 'a file was swapped for a folder of the same name',
    lists: 'left',
    tamper: (files) => rename(files, 'VERIFY.md', 'VERIFY.md/read-me'),
    found: ['files/missing', 'files/unlisted'],
  },
  {
    name: 'a name deceives the eye',
    lists: 'anew',
    tamper: (files) => rename(files, 'VERIFY.md', 'VER\u202eYFI.md'),
    found: ['files/list-line', 'files/unsafe-name'],
  },
  {
    name: 'two names differ by case only',
    lists: 'anew',
    tamper: (files) => void files.set('verify.MD', utf8('Do not check this bag.\n')),
    found: ['files/colliding-names'],
  },
]
