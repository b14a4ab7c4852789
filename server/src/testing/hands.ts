import { moveItem, offerTransfer } from '@sallyport/api/transfers'
import type { CaseId, ItemId } from '@sallyport/core/ids'
import { freshCode, type Person } from './cast.ts'
import type { TestVault } from './vault.ts'

type Handing = {
  readonly detective: Person
  readonly custodian: Person
  readonly file: CaseId
  readonly item: ItemId
  readonly about: (field: string) => string
}

/** Custody of an item is on offer, and another item came from another case. */
export async function handsOver(
  vault: TestVault,
  { detective, custodian, file, item, about }: Handing,
): Promise<{ transfer: string; moved: string }> {
  const ask = vault.ask(detective)
  const before = await vault.aCase(detective, { number: about('number of a case before') })
  const moved = await vault.anItem(detective, { case: before.id })
  await ask(moveItem, { id: moved.id, case: file, why: about('reason of a move') })
  const { id: transfer } = await ask(offerTransfer, {
    id: item,
    to: { kind: 'person', id: custodian.id },
    why: about('reason of a transfer'),
    condition: about('condition of a thing'),
    package: about('number of a package'),
    code: freshCode(vault, detective.totpSecret),
  })
  return { transfer, moved: moved.id }
}
