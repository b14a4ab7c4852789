import type { ReactNode } from 'react'
import mark from '../frame/mark.svg'
import styles from './sessions.module.css'

/** The sheet on which every page before the sign-in stands. */
export function Entrance({ children, wide = false }: { readonly children: ReactNode; readonly wide?: boolean }) {
  return (
    <main className={styles['page']}>
      <div className={styles[wide ? 'wide' : 'sheet']}>
        <div className={styles['brand']}>
          <img src={mark} alt="" width={28} height={28} />
          <strong>Sallyport</strong>
        </div>
        {children}
      </div>
    </main>
  )
}
