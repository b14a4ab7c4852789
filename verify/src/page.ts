/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import { readVkey } from '@sallyport/core/note'
import { sha256 } from '@sallyport/core/sha256'
import { judgeBag } from './bag.ts'
import { browserHost, filesChosen, filesDropped, type GivenFile } from './browser-folder.ts'
import { judgeLedger } from './ledger.ts'
import { notDone, type Report, reportOf } from './report.ts'

const page = {
  drop: part('drop', HTMLElement),
  folder: part('folder', HTMLInputElement),
  key: part('key', HTMLInputElement),
  progress: part('progress', HTMLProgressElement),
  verdict: part('verdict', HTMLElement),
  report: part('report', HTMLElement),
}

page.folder.addEventListener('change', () => {
  const { files } = page.folder
  if (files && files.length > 0) void check(async () => filesChosen(files))
})
page.drop.addEventListener('dragover', (event) => event.preventDefault())
// A folder that misses the field would otherwise take the place of this page.
document.addEventListener('dragover', (event) => event.preventDefault())
document.addEventListener('drop', (event) => {
  event.preventDefault()
  if (!event.dataTransfer || page.folder.disabled) return
  // What was dropped can only be asked for while the event lasts.
  const dropped = filesDropped(event.dataTransfer.items)
  void check(() => dropped)
})

async function check(given: () => Promise<readonly GivenFile[]>): Promise<void> {
  page.folder.disabled = true
  page.progress.hidden = false
  page.report.replaceChildren()
  tell('working', 'Checking…')
  const report = await given()
    .then(judge)
    .catch((fault: unknown) => notDone(fault instanceof Error ? fault.message : String(fault)))
  page.folder.disabled = false
  page.folder.value = ''
  page.progress.hidden = true
  show(report)
}

async function judge(files: readonly GivenFile[]): Promise<Report> {
  const written = page.key.value.trim()
  const key = written === '' ? undefined : readVkey(sha256, written)
  if (written !== '' && !key) return notDone('what was entered as the key is not the public key of a log.')
  if (files.length === 0)
    return notDone('that was not one folder with files in it. Unpack the export first, then give its folder.')
  const host = browserHost(files)
  const asked = { ...(key && { key }), onBytes: showProgress }
  const judgement = (await judgeBag(host, asked)) ?? (await judgeLedger(host, asked))
  return judgement
    ? reportOf(judgement)
    : notDone('the folder has neither bagit.txt nor checkpoint, so it is neither a bag nor a ledger.')
}

function showProgress(done: number, all: number): void {
  page.progress.max = Math.max(all, 1)
  page.progress.value = done
}

function show({ verdict, says, faults, shows, doesNotShow, items }: Report): void {
  tell(verdict, says)
  page.report.replaceChildren(
    ...section(
      'Faults',
      faults.map(({ at, says: sentence }) => [make('code', at), ` ${sentence}`]),
    ),
    ...section(faults.length > 0 ? 'What still holds' : 'What this shows', shows.map(led)),
    ...section('What this does not show', doesNotShow.map(led)),
    ...section(
      'Items',
      items.map((line) => [line]),
    ),
  )
}

function tell(state: Report['verdict'] | 'working', sentence: string): void {
  page.verdict.dataset['state'] = state
  page.verdict.textContent = sentence
}

function section(title: string, lines: readonly (readonly (Node | string)[])[]): HTMLElement[] {
  if (lines.length === 0) return []
  const list = make('ul')
  for (const line of lines) {
    const point = make('li')
    point.append(...line)
    list.append(point)
  }
  const whole = make('section')
  whole.append(make('h2', title), list)
  return [whole]
}

/** A sentence whose first word says what it is about. */
function led(line: string): (Node | string)[] {
  const end = line.indexOf(':')
  return [make('b', line.slice(0, end + 1)), line.slice(end + 1)]
}

/** Text only ever becomes text: names in a bag are its maker's to choose. */
function make(name: 'b' | 'code' | 'h2' | 'li' | 'section' | 'ul', text = ''): HTMLElement {
  const element = document.createElement(name)
  element.textContent = text
  return element
}

function part<E extends HTMLElement>(id: string, kind: new () => E): E {
  const found = document.getElementById(id)
  if (!(found instanceof kind)) throw new Error(`the page has no ${id}`)
  return found
}
