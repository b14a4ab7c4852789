import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Entry, type FileEntry, type FolderEntry, sorted, walk } from './walk-folder.ts'

const aFile = (fullPath: string, content = 'x'): FileEntry => {
  const name = fullPath.split('/').at(-1) ?? ''
  return { isFile: true, isDirectory: false, name, fullPath, file: (take) => take(new File([content], name)) }
}

/** A folder that, like a browser's, gives its children a few at a time. */
const aFolder = (fullPath: string, children: Entry[], atATime = 2): FolderEntry => ({
  isFile: false,
  isDirectory: true,
  name: fullPath.split('/').at(-1) ?? '',
  fullPath,
  createReader: () => {
    const left = [...children]
    return { readEntries: (take) => take(left.splice(0, atATime)) }
  },
})

test('a folder of folders gives every file, however few the browser hands over at a time', async () => {
  const clips = Array.from({ length: 7 }, (_, index) => aFile(`/shift/cam/clip-${7 - index}.mp4`))
  const root = aFolder('/shift', [aFolder('/shift/cam', clips), aFile('/shift/notes.txt')])

  const { files } = await walk([root])

  assert.deepEqual(
    files.map(({ path }) => path),
    [...[1, 2, 3, 4, 5, 6, 7].map((n) => `shift/cam/clip-${n}.mp4`), 'shift/notes.txt'],
  )
})

test('what is left out is named with its reason', async () => {
  const { files, leftOut } = await walk([
    aFolder('/a', [aFile('/a/.DS_Store'), aFile('/a/b.mp4', ''), aFile('/a/c.mp4')]),
  ])

  assert.equal(files.length, 1)
  assert.deepEqual(leftOut, [
    { path: 'a/.DS_Store', why: 'left behind by a file manager' },
    { path: 'a/b.mp4', why: 'empty' },
  ])
})

test('a file that cannot be read does not cost the others', async () => {
  const broken: FileEntry = { ...aFile('/a/broken.mp4'), file: (_, fail) => fail(new Error('gone')) }

  const { files, leftOut } = await walk([aFolder('/a', [broken, aFile('/a/c.mp4')])])

  assert.equal(files.length, 1)
  assert.deepEqual(leftOut, [{ path: 'a/broken.mp4', why: 'could not be read' }])
})

test('files picked from a dialog follow the same rules', () => {
  const { files, leftOut } = sorted([new File(['x'], 'a.jpg'), new File([], 'b.jpg')])

  assert.equal(files[0]?.path, 'a.jpg')
  assert.equal(leftOut[0]?.why, 'empty')
})
