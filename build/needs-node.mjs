// Runs on any Node, so that an old one gets a sentence and not a stack.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 24 || (major === 24 && minor < 12)) {
  console.error(
    `This is Node ${process.versions.node}; Sallyport needs 24.12 or newer. On Linux (x64, arm64) \`npm ci\` brings it, if it ran to its end. Elsewhere, install Node 24.`,
  )
  process.exit(2)
}
