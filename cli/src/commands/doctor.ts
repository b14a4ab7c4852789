import { readFileSync } from 'node:fs'
import { getCACertificates } from 'node:tls'
import { command } from '../command.ts'
import { reach, vaultHelp, vaultOptions } from '../connect.ts'
import { lineOf } from '../doctor/finding.ts'
import { checkMachine } from '../doctor/machine.ts'
import { checkTls } from '../doctor/tls.ts'
import { checkVault } from '../doctor/vault.ts'
import { many } from '../quantities.ts'
import { shown } from '../table.ts'

export const doctor = command({
  usage: 'doctor [--data FOLDER] [--machine]',
  does: 'Checks this machine and a running vault, and says for everything that is wrong what to do.',
  help: [
    '--data FOLDER        data folder of the vault, if it runs here (else SALLYPORT_DATA, else ./data)',
    '--machine            this machine only, no running vault',
    ...vaultHelp,
  ],
  options: { ...vaultOptions, data: { type: 'string' }, machine: { type: 'boolean' } },
  async run({ values: { data, machine, ...where } }, tell, warn) {
    const findings = await checkMachine(data)
    if (!machine) {
      const { vault, ca } = await reach(where)
      const trusted = [...getCACertificates('system'), ...(ca ? [readFileSync(ca, 'utf8')] : [])]
      const shaken = await checkTls(vault.origin, trusted)
      findings.push(...shaken)
      if (!shaken.some(({ check }) => check === 'TLS')) findings.push(...(await checkVault(vault)))
    }
    for (const finding of findings) tell(finding, shown(lineOf(finding)))
    const wrong = findings.filter(({ state }) => state === 'wrong').length
    warn(wrong ? `${many(wrong, 'thing')} to mend.` : 'Nothing is wrong that could be seen from here.')
    return wrong ? 1 : 0
  },
})
