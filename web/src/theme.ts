import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core'

const ink: MantineColorsTuple = [
  '#eef3ff',
  '#dbe5ff',
  '#b5c9fb',
  '#93b1f8',
  '#7a9ff5',
  '#4f7be6',
  '#3a68d8',
  '#2a55bd',
  '#1f4aa8',
  '#173a87',
]

const night: MantineColorsTuple = [
  '#e6e8eb',
  '#c3c8cf',
  '#a3abb5',
  '#87919c',
  '#3f4750',
  '#2f353c',
  '#1c2025',
  '#121518',
  '#0d0f12',
  '#090b0d',
]

/** Neutral greys and one ink blue for what can be done. Each pair of text and ground holds 4.5 : 1. */
export const theme = createTheme({
  colors: { ink, dark: night },
  primaryColor: 'ink',
  primaryShade: { light: 8, dark: 7 },
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", Arial, sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace',
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.25rem' },
  spacing: { xs: '0.5rem', sm: '0.75rem', md: '1rem', lg: '1.5rem', xl: '2rem' },
  headings: {
    fontWeight: '600',
    sizes: { h1: { fontSize: '1.375rem' }, h2: { fontSize: '1.0625rem' }, h3: { fontSize: '0.9375rem' } },
  },
  defaultRadius: 'sm',
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: 'sm' } },
    InputWrapper: { defaultProps: { withAsterisk: false } },
    Modal: {
      defaultProps: { centered: false, transitionProps: { duration: 0 }, closeButtonProps: { 'aria-label': 'Close' } },
    },
    // The placeholder is a focusable child of the menu that is no item, which a screen reader may not find there.
    Menu: { defaultProps: { transitionProps: { duration: 0 }, withInitialFocusPlaceholder: false } },
    Tooltip: { defaultProps: { transitionProps: { duration: 0 }, events: { hover: true, focus: true, touch: true } } },
    Tabs: { defaultProps: { keepMounted: false } },
  },
})

/** Good, waiting and bad as text on each ground; and the quiet grey, which Mantine makes too quiet. */
export const colours: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': '#f6f7f8',
    '--mantine-color-text': '#14171a',
    '--mantine-color-dimmed': '#545d67',
    '--mantine-color-placeholder': '#6a737d',
    '--mantine-color-default-border': '#c9cfd6',
    '--mantine-color-error': '#b42318',
    '--mantine-color-red-outline': '#b42318',
    '--mantine-color-yellow-outline': '#8a5300',
    '--surface': '#ffffff',
    '--surface-quiet': '#eef0f2',
    '--edge': '#d9dde2',
    '--good': '#0f6b37',
    '--wait': '#8a5300',
    '--bad': '#b42318',
    '--link': '#1f4aa8',
  },
  dark: {
    '--mantine-color-body': '#0f1215',
    '--mantine-color-text': '#e6e8eb',
    '--mantine-color-dimmed': '#a3abb5',
    '--mantine-color-placeholder': '#87919c',
    '--mantine-color-default-border': '#3f4750',
    '--mantine-color-error': '#ff8a80',
    '--mantine-color-red-outline': '#ff8a80',
    '--mantine-color-yellow-outline': '#f0b354',
    '--surface': '#161a1e',
    '--surface-quiet': '#1c2025',
    '--edge': '#2b3138',
    '--good': '#5fd08a',
    '--wait': '#f0b354',
    '--bad': '#ff8a80',
    '--link': '#93b1f8',
  },
})
