/** VERIFY.md of a bag: how to check it without the vault, without an account and without our program. */
export const verifyPage = ({
  agency,
  number,
  key,
}: {
  agency: string
  number: string
  key: string
}): string => `# How to check this export

Case ${number}, exported by ${agency}. Criminal justice information: handle it as the law of your place asks.

## In a browser

Open \`verify.html\` from this folder (better: from a copy that you got elsewhere) and drag the whole folder onto it.
Nothing leaves your machine.

## On a command line

With Node 20 or newer, and nothing else:

    node verify.mjs .

Without our program, the files themselves:

    sha256sum --check manifest-sha256.txt
    sha512sum --check manifest-sha512.txt
    sha256sum --check tagmanifest-sha256.txt

## What it proves, and what it does not

1. The lists name every file and its digest: a changed, missing or added file shows.
2. \`metadata/<exhibit>/custody.jsonl\` holds every entry of the vault's ledger about the exhibit. Each has a proof in
   \`proofs/\` (C2SP tlog-proof) that it stands in the tree that \`proofs/checkpoint\` signs (RFC 6962, Ed25519).
3. The entry of receipt holds the SHA-256 of the file at the moment it came into the vault.

It does not prove who pointed the camera at what, nor that a clock was right. And the key of the ledger came with this
export: compare it with the one that ${agency} publishes, for otherwise whoever made the export could have made the key:

    ${key}
`
