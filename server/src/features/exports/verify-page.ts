/** VERIFY.md of a bag: how to check it without the vault, without an account and, as far as that goes, without our program. */
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

Nothing here needs an account, a network or the vault.

## First, whose keys

The key of the ledger came with this export, so whoever made the one could have made the other. Compare it with the one
that ${agency} publishes:

    ${key}

The same holds for the witnesses in \`proofs/policy\` and for the roots in \`keys/tsa/\`. What you have from elsewhere you
can give to the check, and it is then used instead.

## In a browser

Open \`verify.html\` (better: a copy that you got elsewhere, for a program in a bag speaks for whoever made the bag) and
drag the whole folder onto it. Nothing leaves your machine.

## On a command line

With Node 20 or newer, and nothing else:

    node verify.mjs .
    node verify.mjs --key 'KEY' --policy POLICY --tsa-root ROOT.pem --detail .

It ends with 0 if all is sound, 1 if something is not, 2 if something could not be checked. Each step says what it
proves and what it does not; \`--detail\` adds what an expert asks for.

## Without our program

Every file is as it is listed:

    sha256sum --check --quiet manifest-sha256.txt tagmanifest-sha256.txt
    sha512sum --check --quiet manifest-sha512.txt tagmanifest-sha512.txt

The key signed the state of the ledger (Ed25519; OpenSSL 3):

    sed '/^$/,$d' proofs/checkpoint > /tmp/body
    sed '1,/^$/d' proofs/checkpoint | sed -n '1s/.* //p' | base64 -d | tail -c 64 > /tmp/signature
    (printf '\\060\\052\\060\\005\\006\\003\\053\\145\\160\\003\\041\\000'
     cut -d+ -f3- keys/log.vkey | base64 -d | tail -c 32) > /tmp/key
    openssl pkeyutl -verify -pubin -keyform DER -inkey /tmp/key -rawin -in /tmp/body -sigfile /tmp/signature

An authority outside stamped the time (RFC 3161), where there are files in \`proofs/stamps/\`:

    cd proofs/stamps
    openssl ts -verify -in SIZE.AUTHORITY.tsr -data SIZE.checkpoint \\
      -CAfile ../../keys/tsa/AUTHORITY.pem -untrusted ../../keys/tsa/AUTHORITY.pem
    openssl ts -reply -in SIZE.AUTHORITY.tsr -text

A certificate is signed by the vault: \`pdfsig certificates/*.pdf\`, or any reader of PDF.

## What it proves, and what it does not

1. The lists name every file and its digest: a changed, missing or added file shows. Anyone can write new lists.
2. \`metadata/<exhibit>/custody.jsonl\` holds entries of the vault's ledger about the exhibit. Each has a proof in
   \`proofs/\` (C2SP tlog-proof) that it stands in the tree that \`proofs/checkpoint\` signs (RFC 6962). That there are no
   others, only the whole ledger can show.
3. The entry of receipt holds the SHA-256 of the file at the moment it came into the vault.
4. Witnesses outside cosigned the same state (C2SP tlog-cosignature), so that nobody can be shown another history.
5. Time stamps show that the entries existed when an authority outside says so. Without one, a time is what the vault's
   own clock said.
6. Where a court ordered that an entry be destroyed, its line has neither person nor details, and the ledger's own entry
   about that order names it.

It does not prove who pointed the camera at what, nor what a picture means. Titles, categories and case numbers are what
the agency calls things; they are covered by the lists only.
`
