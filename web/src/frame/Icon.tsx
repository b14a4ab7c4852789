const drawings = {
  home: 'M3 11 12 4l9 7v9h-6v-6H9v6H3z',
  cases: 'M3 7h6l2 2h10v10H3zM3 7V5h7',
  items: 'M4 4h16v16H4zM4 9h16M9 9v11',
  uploads: 'M12 16V5M7 10l5-5 5 5M4 19h16',
  people:
    'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM3 20c0-4 3-6 6-6s6 2 6 6M16 4.5a3.5 3.5 0 0 1 0 6.5M17.5 14.3c2 .8 3.5 2.7 3.5 5.7',
  ledger: 'M5 3h14v18H5zM9 3v18M12 8h4M12 12h4',
  vault: 'M4 4h16v14H4zM7 18v3M17 18v3M12 8a3 3 0 1 1 0 6 3 3 0 0 1 0-6zM12 8V6M12 16v-2',
  alarms: 'M6 17V11a6 6 0 0 1 12 0v6M4 17h16M10 20h4',
  fixity: 'M4 5h16M4 12h10M4 19h6M14 18l2.5 2.5L21 15',
  expungements: 'M6 3h8l4 4v5M6 3v18h6M14 3v4h4M15 15l6 6M21 15l-6 6',
  search: 'M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5 21 21',
  lock: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  light: 'M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M5 19l2-2M17 7l2-2',
  dark: 'M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5z',
  keys: 'M3 6h18v12H3zM7 10h.01M11 10h.01M15 10h.01M8 14h8',
  out: 'M10 4H4v16h6M9 12h11M16 8l4 4-4 4',
  holds: 'M4 12.5 9.5 18 20 6.5',
  fails: 'M12 3 2.5 20h19zM12 10v4M12 17h.01',
  unknown: 'M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18zM8 12h8',
  play: 'M7 4v16l13-8z',
  pause: 'M8 4v16M16 4v16',
  back: 'M19 5v14l-8-7zM11 5v14l-8-7z',
  frameBack: 'M14 5v14l-9-7zM18 5v14',
  frameOn: 'M10 5v14l9-7zM6 5v14',
  full: 'M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5',
  file: 'M6 3h8l4 4v14H6zM14 3v4h4',
  copy: 'M9 9h11v11H9zM15 9V4H4v11h5',
  columns: 'M4 5h16v14H4zM10 5v14M15 5v14',
} as const

export type IconName = keyof typeof drawings

/** A line drawing that says nothing by itself: a word always stands beside it or is its label. */
export function Icon({ name, size = 18 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={name === 'more' ? 3 : 1.8}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={drawings[name]} />
    </svg>
  )
}
