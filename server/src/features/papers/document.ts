import PdfDocument from 'pdfkit'
import { printable } from './printable.ts'
import { isShaped, leanTypefaces, typefaces } from './typefaces.ts'

/** What stands on every page and in the properties of a paper. */
export type Cover = {
  readonly title: string
  readonly agency: string
  /** What the paper is about, for the foot of each page. */
  readonly subject: string
  readonly at: Date
  /** Who signs it; undefined for a paper without a place for a signature. */
  readonly signer?: string
}

export type Manner = { readonly size?: number; readonly bold?: boolean; readonly gap?: number; readonly mono?: boolean }

/** A paper that is being written. It is laid out page by page; only its compressed pages are kept. */
export type Paper = {
  readonly heading: (level: 1 | 2 | 3, text: string) => void
  readonly paragraph: (text: string, manner?: Manner) => void
  readonly fact: (label: string, value: string) => void
  /** A line that is left for a person to write on. */
  readonly blank: (label: string) => void
  readonly newPage: () => void
  readonly end: () => Promise<Buffer>
}

type Pdf = InstanceType<typeof PdfDocument>
type Ref = {
  readonly data: Record<string, unknown>
  readonly write: (part: string) => void
  readonly end: () => void
}
/** What pdfkit has and its types do not tell of. */
type Inner = {
  readonly ref: (data: Readonly<Record<string, unknown>>) => Ref
  readonly addContent: (part: string) => void
  readonly appendXML: (part: string) => void
  readonly _font: { readonly encode: (text: string) => [readonly string[], unknown]; readonly ref: () => Ref }
  readonly _root: Ref
  readonly page: {
    readonly dictionary: Ref
    readonly xobjects: Record<string, Ref>
    readonly annotations: Ref[]
    margins: unknown
  }
}
const inner = (pdf: Pdf): Inner => pdf as unknown as Inner

/** CJISSECPOL MP-3: the marking is on each page, so that one that was taken out of the paper still tells. */
const marking = 'CRIMINAL JUSTICE INFORMATION'
const sides = 54

/** Room for the signature, its certificate and a time stamp with a long chain. */
export const reserved = 16_384
export const rangeMark = '[0 1111111111 2222222222 3333333333]'

/** A text of a PDF/A has at most 32,767 bytes (ISO 19005-2, 6.1.13), and each character takes two to four. */
const longestProperty = 2000

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

/** pdfkit writes these as they are into XML, where it asks for `toString`, and into the PDF, where it does not. */
function property(text: string): string {
  const plain = Array.from(printable(text)).slice(0, longestProperty).join('')
  const escaped = plain.replace(/[&<>]/g, (sign) => escapes[sign] ?? '')
  // oxlint-disable-next-line no-new-wrappers -- a text with two faces is what is wanted here
  return Object.assign(new String(plain), { toString: () => escaped }) as unknown as string
}

/**
 * Begins a tagged PDF/A-2a (ISO 19005-2, level A): its typefaces are in it, every text is marked with what
 * it is, and it says its language, so that it reads the same in thirty years and to somebody who is blind.
 */
export function beginPaper(cover: Cover): Paper {
  const { title, agency, at } = cover
  const pdf = new PdfDocument({
    size: 'LETTER',
    margins: { top: 64, bottom: 64, left: sides, right: sides },
    autoFirstPage: false,
    pdfVersion: '1.7',
    subset: 'PDF/A-2a',
    tagged: true,
    displayTitle: true,
    lang: 'en-US',
    // None: pdfkit would read it anew each time that it is asked for by its name here.
    font: '',
    info: {
      Title: property(title),
      Author: property(agency),
      Producer: property('Sallyport'),
      Creator: property('Sallyport'),
      CreationDate: at,
    },
  })
  for (const [name, font] of Object.entries(leanTypefaces())) pdf.registerFont(name, font)
  for (const [name, file] of Object.entries(typefaces)) pdf.registerFont(`shaped ${name}`, file)
  const parts: Buffer[] = []
  pdf.on('data', (part: Buffer) => parts.push(part))
  const written = new Promise<Buffer>((resolve, reject) => {
    pdf.on('end', () => resolve(Buffer.concat(parts)))
    pdf.on('error', reject)
  })
  inner(pdf).appendXML(accessible)
  const pages = markPages(pdf, cover)
  pdf.addPage()
  if (cover.signer !== undefined) leaveRoom(pdf, cover.signer, at)
  const document = pdf.struct('Document')
  pdf.addStructure(document)
  return {
    ...writing(pdf, (kind, write) => void document.add(pdf.struct(kind, {}, write))),
    newPage: () => void pdf.addPage(),
    end() {
      document.end()
      pages.end()
      pdf.end()
      return written
    },
  }
}

/** PDF/UA-1 (ISO 14289-1), whose property a PDF/A must describe before it may be used (ISO 19005-2, 6.6.2.3). */
const accessible = `
<rdf:Description xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
  xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#"
  rdf:about=""><pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
  <pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>
  <pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
  <pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
  <pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
    <pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>
    <pdfaProperty:category>internal</pdfaProperty:category><pdfaProperty:description>Part of ISO 14289</pdfaProperty:description>
  </rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
<rdf:Description xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" rdf:about=""><pdfuaid:part>1</pdfuaid:part></rdf:Description>`

type Tagged = (kind: 'H1' | 'H2' | 'H3' | 'P', write: () => void) => void

const sizes = { 1: 17, 2: 12, 3: 10 } as const

function writing(pdf: Pdf, tagged: Tagged): Omit<Paper, 'end' | 'newPage'> {
  const set = (face: keyof typeof typefaces, text: string) => pdf.font(isShaped(text) ? `shaped ${face}` : face)
  const write = (text: string, { size = 9, bold = false, gap = 4, mono = false }: Manner) => {
    set(bold ? 'bold' : mono ? 'mono' : 'plain', text)
      .fontSize(size)
      .text(printable(text), { lineGap: 1 })
    pdf.y += gap
  }
  /** What belongs together begins on a page where it fits. */
  const keep = (points: number) => void (pdf.y > pdf.page.height - 64 - points && pdf.addPage())
  return {
    heading(level, text) {
      keep(66)
      if (level > 1) pdf.y += 6
      tagged(`H${level}`, () => write(text, { size: sizes[level], bold: true, gap: level === 1 ? 8 : 4 }))
    },
    paragraph(text, manner = {}) {
      keep(manner.gap === 0 ? 36 : 14)
      tagged('P', () => write(text, manner))
    },
    fact(label, value) {
      keep(36)
      tagged('P', () => {
        pdf
          .font('bold')
          .fontSize(9)
          .text(`${printable(label)}: `, { continued: true, lineGap: 1 })
        set('plain', value).text(printable(value) || 'not stated', { continued: false })
        pdf.y += 3
      })
    },
    blank(label) {
      keep(40)
      if (label) tagged('P', () => write(`${label}:`, { gap: 12 }))
      else pdf.y += 12
      pdf.markContent('Artifact', { type: 'Layout' })
      pdf
        .lineWidth(0.6)
        .moveTo(sides, pdf.y)
        .lineTo(pdf.page.width - sides, pdf.y)
        .stroke('#444444')
        .fillColor('black')
      pdf.endMarkedContent()
      pdf.y += 10
    },
  }
}

/**
 * Head and foot of every page, as artifacts: a screen reader does not read them out on each.
 *
 * How many pages there are is known when the last one is written, and the first are gone by then: so each
 * shows one small form, and that is filled at the end.
 */
function markPages(pdf: Pdf, { subject }: Cover): { readonly end: () => void } {
  const form = {
    Type: 'XObject',
    Subtype: 'Form',
    BBox: [0, -4, 60, 12],
    Resources: { Font: {} as Record<string, Ref> },
  }
  const total = inner(pdf).ref(form)
  let pages = 0
  pdf.on('pageAdded', () => {
    pages += 1
    const { width, height, margins } = pdf.page
    const { _font: font } = inner(pdf)
    const [size, x, y] = [(pdf as unknown as { _fontSize: number })._fontSize, pdf.x, pdf.y]
    inner(pdf).page.margins = { top: 0, bottom: 0, left: 0, right: 0 }
    pdf.markContent('Artifact', { type: 'Pagination' }).font('bold').fontSize(8)
    pdf.text(marking, sides, 30, { width: width - 2 * sides, align: 'center', lineBreak: false })
    const foot = clipped(pdf, `${marking}  |  ${printable(subject)}`, width - 2 * sides - 90)
    const page = `page ${pages} of `
    pdf.font('plain').text(foot, sides, height - 40, { lineBreak: false })
    const from = width - sides - 24 - pdf.widthOfString(page)
    pdf.text(page, from, height - 40, { lineBreak: false })
    inner(pdf).page.xobjects['Total'] = total
    inner(pdf).addContent(`q 1 0 0 -1 ${width - sides - 24} ${height - 40 + 7.4} cm /Total Do Q`)
    pdf.endMarkedContent()
    pdf.page.margins = margins
    Object.assign(pdf, { _font: font, _fontSize: size, x, y })
  })
  return {
    end() {
      pdf.font('plain')
      const { encode, ref } = inner(pdf)._font
      const font = inner(pdf)._font
      form.Resources.Font['Digits'] = ref.call(font)
      total.write(`BT /Digits 8 Tf <${encode.call(font, String(pages))[0].join('')}> Tj ET`)
      total.end()
    },
  }
}

/** As much of a text as fits a width, measured in the font that is set. */
function clipped(pdf: Pdf, text: string, width: number): string {
  pdf.font('plain')
  if (pdf.widthOfString(text.slice(0, 400)) <= width && text.length <= 400) return text
  let kept = Array.from(text.slice(0, 400))
  while (kept.length > 0 && pdf.widthOfString(`${kept.join('')}…`) > width) kept = kept.slice(0, -2)
  return `${kept.join('')}…`
}

/** A field for the signature (ISO 32000-1, 12.7.4.5), which shows nothing and is filled when the bytes are known. */
function leaveRoom(pdf: Pdf, signer: string, at: Date): void {
  const { ref, page, _root: root } = inner(pdf)
  const make = ref.bind(pdf)
  const text = (words: string) => property(words)
  const signature = make({
    Type: 'Sig',
    Filter: 'Adobe.PPKLite',
    SubFilter: 'ETSI.CAdES.detached',
    ByteRange: [0, 1111111111, 2222222222, 3333333333],
    Contents: new Uint8Array(reserved),
    M: at,
    Name: text(signer),
    Reason: text('To show that this paper is as the vault made it'),
  })
  const field = make({
    Type: 'Annot',
    Subtype: 'Widget',
    FT: 'Sig',
    Rect: [0, 0, 0, 0],
    V: signature,
    T: text('Vault'),
    TU: text('Signature of the vault'),
    // Print and Locked (ISO 32000-1, table 165).
    F: 132,
    P: page.dictionary,
  })
  page.annotations.push(field)
  pdf.font('plain')
  pdf.initForm()
  const form = root.data['AcroForm'] as Ref
  Object.assign(form.data, { SigFlags: 3, Fields: [field], NeedAppearances: undefined })
  for (const part of [signature, field]) part.end()
}
