import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { run } from '../main.ts'
import type { Report } from '../report.ts'
import type { Files } from './sound-bag.ts'

/** Writes files into a new folder, lets a test work in it, and removes it. */
export async function onDisk<T>(files: Files, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-bag-'))
  try {
    for (const [path, bytes] of files) {
      await mkdir(dirname(join(folder, path)), { recursive: true })
      await writeFile(join(folder, path), bytes)
    }
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Runs the command as a person would, and gives its exit code and its JSON report. */
export async function verdictOn(...argv: readonly string[]): Promise<Report & { exit: number }> {
  const lines: string[] = []
  const exit = await run(['--json', ...argv], (line) => lines.push(line))
  return { exit, ...(JSON.parse(lines.join('\n')) as Report) }
}
