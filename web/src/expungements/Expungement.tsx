import { Stack, Title } from '@mantine/core'
import { previewExpungement, readExpungement } from '@sallyport/api/expungements'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { asked } from '../asked.ts'
import { TextLink } from '../frame/links.tsx'
import { PageTitle } from '../frame/PageTitle.tsx'
import { Answer } from '../refusal/Answer.tsx'
import { may, useSession } from '../sessions/session.ts'
import { Time } from '../time/Time.tsx'
import { Decide } from './Decide.tsx'
import { type Order, scopeWords, stateWords } from './order-words.ts'
import { ProofButton } from './ProofButton.tsx'
import { Touched } from './Touched.tsx'

const route = getRouteApi('/signed-in/expungements/$id')

export function Expungement() {
  const { id } = route.useParams()
  return (
    <Answer query={useQuery(asked(readExpungement, { id }))} wait="Reading the order">
      {(order) => <OrderPage key={order.id} order={order} />}
    </Answer>
  )
}

function OrderPage({ order }: { readonly order: Order }) {
  return (
    <>
      <PageTitle
        title={`Order ${order.reference}`}
        within={<TextLink to="/expungements">Expungements</TextLink>}
        state={<span className={stateWords[order.state].tone}>{stateWords[order.state].says}</span>}
        actions={order.state === 'executed' && <ProofButton order={order} />}
      />
      <Stack gap="lg" maw={880}>
        <Facts order={order} />
        {order.state === 'drafted' && <Preview order={order} />}
        {order.state === 'executed' && <Executed />}
      </Stack>
    </>
  )
}

function Facts({ order }: { readonly order: Order }) {
  return (
    <dl className="facts card">
      <dt>Court</dt>
      <dd>{order.court}</dd>
      <dt>Judge</dt>
      <dd>{order.judge}</dd>
      <dt>Issued on</dt>
      <dd>{order.issuedOn}</dd>
      <dt>About</dt>
      <dd>
        <About order={order} />
      </dd>
      {order.words && order.words.length > 0 && (
        <>
          <dt>Words to look for</dt>
          <dd>{order.words.join('\n')}</dd>
        </>
      )}
      {order.note && (
        <>
          <dt>What it says</dt>
          <dd>{order.note}</dd>
        </>
      )}
      <dt>Drafted</dt>
      <dd>
        {order.draftedBy.name} <Time at={order.draftedAt} />
      </dd>
      {order.decidedBy && order.decidedAt && (
        <>
          <dt>Decided</dt>
          <dd>
            {order.decidedBy.name} <Time at={order.decidedAt} />
          </dd>
        </>
      )}
    </dl>
  )
}

/** Whoever runs the vault sees what kind of thing it is, and its id: no title, no name. */
function About({ order: { scope } }: { readonly order: Order }) {
  const session = useSession()
  if (scope.kind === 'item')
    return may(session, 'item.read') ? (
      <TextLink to="/items/$id" params={{ id: scope.item }}>
        {scopeWords.item}
      </TextLink>
    ) : (
      <>
        {scopeWords.item} · <code>{scope.item}</code>
      </>
    )
  if (scope.kind === 'person')
    return may(session, 'case.read') ? (
      <TextLink to="/cases/$id" params={{ id: scope.case }} search={{ tab: 'people' }}>
        {scopeWords.person}
      </TextLink>
    ) : (
      <>
        {scopeWords.person} · <code>{scope.note}</code>
      </>
    )
  return (
    <>
      {scopeWords.account} · <code>{scope.person}</code>
    </>
  )
}

function Preview({ order }: { readonly order: Order }) {
  const query = useQuery({ ...asked(previewExpungement, { id: order.id }), staleTime: 0 })
  return (
    <>
      <section>
        <Title order={2} mb="xs">
          What it would destroy
        </Title>
        <Answer query={query} wait="Opening every entry that it is about, and counting">
          {(counted) => <Touched counted={counted} />}
        </Answer>
      </section>
      {query.data && <Decide order={order} entries={query.data.entries} />}
    </>
  )
}

const Executed = () => (
  <p className="prose">
    What the entries said, the record, the digest and the keys were destroyed in one step, and the bytes after it. The
    entries themselves, their places and their proofs stand: the tree is whole. Backups and copies that left the vault
    before are out of its reach; they are destroyed by those who hold them.
  </p>
)
