import '@mantine/core/styles.css'
import './house.css'
import { MantineProvider } from '@mantine/core'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { newQueryClient } from './asked.ts'
import { newRouter } from './routes.tsx'
import { watchSession } from './sessions/watch-session.ts'
import { colours, theme } from './theme.ts'
import { UploadsContext } from './uploads/context.ts'
import { newUploadQueue } from './uploads/queue.ts'

const nonce = document.querySelector('meta[name="csp-nonce"]')?.getAttribute('content') ?? ''
// The style elements of open dialogs are made by a library that looks for its nonce here.
Object.assign(globalThis, { __webpack_nonce__: nonce })

const client = newQueryClient()
const router = newRouter(client)
const uploads = newUploadQueue()
watchSession(client, uploads)

const place = document.getElementById('root')
if (!place) throw new Error('The page has no place to stand.')

createRoot(place).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={colours} defaultColorScheme="auto" getStyleNonce={() => nonce}>
      <QueryClientProvider client={client}>
        <UploadsContext value={uploads}>
          <RouterProvider router={router} />
        </UploadsContext>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
)
