/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import { attempted } from '@sallyport/core/der'
import { readVkey } from '@sallyport/core/note'
import { readPolicy } from '@sallyport/core/policy'
import { sha256 } from '@sallyport/core/sha256'
import { readCertificate, readPem } from '@sallyport/core/x509'
import { judgeBag } from './bag.ts'
import { browserHost, filesChosen, filesDropped, type GivenFile } from './browser-folder.ts'
import { judgeLedger } from './ledger.ts'
import type { Asked } from './log.ts'
import { notDone, type Report, reportOf, stateWords } from './report.ts'
import type { Step } from './steps.ts'

const page = {
  drop: part('drop', HTMLElement),
  folder: part('folder', HTMLInputElement),
  key: part('key', HTMLInputElement),
  policy: part('policy', HTMLInputElement),
  roots: part('roots', HTMLInputElement),
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
  if (files.length === 0)
    return notDone('that was not one folder with files in it. Unpack the export first, then give its folder.')
  const asked = await readAsked()
  if (typeof asked === 'string') return notDone(asked)
  const host = browserHost(files)
  const judgement = (await judgeBag(host, asked)) ?? (await judgeLedger(host, asked))
  return judgement
    ? reportOf(judgement)
    : notDone('the folder has neither bagit.txt nor checkpoint, so it is neither a bag nor a ledger.')
}

/** What the reader brings; a sentence if something of it is not what it should be. */
async function readAsked(): Promise<Asked | string> {
  const written = page.key.value.trim()
  const key = written === '' ? undefined : readVkey(sha256, written)
  if (written !== '' && !key) return 'what was entered as the key is not the public key of a log.'
  const file = page.policy.files?.[0]
  const policy = file && readPolicy(sha256, new Uint8Array(await file.arrayBuffer()))
  if (policy?.is === 'malformed') return `${file?.name} is not a policy, from line ${policy.line} on: ${policy.why}.`
  const given = await Promise.all([...(page.roots.files ?? [])].map((one) => one.text()))
  const blocks = given.map((pem) => readPem(pem, 'CERTIFICATE') ?? [])
  const roots = attempted(() => blocks.flat().map((der) => readCertificate(der)))
  if (!roots || blocks.some((some) => some.length === 0)) return 'what was given as roots holds no certificate as PEM.'
  return {
    ...(key && { key }),
    ...(policy && { policy: policy.policy }),
    ...(roots.length > 0 && { roots }),
    onProgress: showProgress,
  }
}

function showProgress(done: number, all: number): void {
  page.progress.max = Math.max(all, 1)
  page.progress.value = done
}

function show({ verdict, says, faults, steps, items }: Report): void {
  tell(verdict, says)
  page.report.replaceChildren(
    ...section(
      'Faults',
      faults.map(({ at, says: sentence }) => [make('code', at), ` ${sentence}`]),
    ),
    ...steps.map(shownStep),
    ...section(
      'Items',
      items.map((line) => [line]),
    ),
  )
}

/** A step in words, and folded below it what an expert asks for. */
function shownStep({ name, state, says, proves, doesNotProve, detail }: Step, at: number): HTMLElement {
  const whole = make('section')
  whole.dataset['state'] = state
  const title = make('h2', `${at + 1}. ${name}: `)
  title.append(make('b', stateWords[state]))
  whole.append(title, make('p', says))
  if (state === 'holds' || state === 'given') whole.append(make('p', `Proves: ${proves}`))
  whole.append(make('p', `Does not prove: ${doesNotProve}`))
  if (detail.length > 0) {
    const folded = make('details')
    const list = make('ul')
    for (const line of detail) list.append(make('li', line))
    folded.append(make('summary', 'For an expert'), list)
    whole.append(folded)
  }
  return whole
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

/** Text only ever becomes text: names in a bag are its maker's to choose. */
function make(
  name: 'b' | 'code' | 'details' | 'h2' | 'li' | 'p' | 'section' | 'summary' | 'ul',
  text = '',
): HTMLElement {
  const element = document.createElement(name)
  element.textContent = text
  return element
}

function part<E extends HTMLElement>(id: string, kind: new () => E): E {
  const found = document.getElementById(id)
  if (!(found instanceof kind)) throw new Error(`the page has no ${id}`)
  return found
}
