/** The look: two doors, amber in and teal out, on a calm ground. Colours that CSS alone needs are in theme.css. */
import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core'

/** From the sheet's tint to the mark's ground; the seventh is the dark theme's button. */
const brand: MantineColorsTuple = [
  '#eef6f4',
  '#d8ebe6',
  '#b0d8cd',
  '#7fc8b6',
  '#55ac9a',
  '#3a9382',
  '#2c7a6b',
  '#286a60',
  '#1f4b4a',
  '#173a39',
]

const amber: MantineColorsTuple = [
  '#fdf6e7',
  '#f9e8c6',
  '#f3d394',
  '#e9b44c',
  '#dfa437',
  '#c98a1b',
  '#a87012',
  '#7d540e',
  '#63420d',
  '#4a310a',
]

const red: MantineColorsTuple = [
  '#fdf0ee',
  '#fbdcd8',
  '#f6b8b0',
  '#ff9c90',
  '#e5705f',
  '#cf4a3a',
  '#bd3728',
  '#b02f21',
  '#a4281c',
  '#7d1d14',
]

/** The dark theme's grounds and inks; 0 is text, 7 the sheet, 8 the ground. */
const dark: MantineColorsTuple = [
  '#e6eaeb',
  '#c6ced1',
  '#a3adb3',
  '#7f8a91',
  '#3d464c',
  '#2b3237',
  '#20262a',
  '#191e21',
  '#101416',
  '#0b0e0f',
]

/** Neutrals with a breath of the brand's green. */
const gray: MantineColorsTuple = [
  '#f6f7f5',
  '#eef0ee',
  '#e5e8e5',
  '#dcdfdc',
  '#c6cbc8',
  '#a5adaa',
  '#717a7e',
  '#545d66',
  '#343b42',
  '#14181d',
]

const small = { defaultProps: { size: 'xs' } }

export const theme = createTheme({
  primaryColor: 'brand',
  primaryShade: { light: 8, dark: 6 },
  colors: { brand, amber, red, dark, gray },
  black: '#14181d',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace',
  fontSizes: { xs: '0.8125rem', sm: '0.875rem', md: '0.9375rem', lg: '1.0625rem', xl: '1.25rem' },
  headings: {
    fontWeight: '650',
    sizes: {
      h1: { fontSize: '1.3125rem', lineHeight: '1.25' },
      h2: { fontSize: '1rem', lineHeight: '1.35' },
      h3: { fontSize: '0.875rem', lineHeight: '1.4' },
    },
  },
  defaultRadius: 6,
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Button: small,
    Notification: {
      defaultProps: {
        closeButtonProps: { 'aria-label': 'Close the message' },
        styles: { description: { color: 'var(--soft)' } },
      },
    },
    TextInput: small,
    Textarea: small,
    NumberInput: small,
    PasswordInput: small,
    Select: small,
    NativeSelect: small,
    MultiSelect: small,
    TagsInput: small,
    Checkbox: small,
    SegmentedControl: small,
    Switch: { defaultProps: { size: 'sm', withThumbIndicator: false } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray', size: 28 } },
    Tooltip: { defaultProps: { openDelay: 350, withArrow: true } },
    // The first item gets the focus, no element made for that: a menu holds items only.
    Menu: {
      defaultProps: { shadow: 'md', withInitialFocusPlaceholder: false, transitionProps: { duration: 80 } },
    },
    // Nothing scrolls behind them: the window never does.
    Modal: {
      defaultProps: {
        centered: true,
        padding: 'lg',
        radius: 10,
        lockScroll: false,
        transitionProps: { duration: 120 },
        styles: { title: { lineHeight: 1.3 } },
      },
    },
    DrawerRoot: { defaultProps: { lockScroll: false, transitionProps: { duration: 120 } } },
  },
})

const meanings = {
  '--mantine-color-body': 'var(--sheet)',
  '--mantine-color-text': 'var(--ink)',
  '--mantine-color-dimmed': 'var(--soft)',
  '--mantine-color-placeholder': 'var(--soft)',
  '--mantine-color-error': 'var(--bad)',
}

/** Mantine's words for what theme.css has by meaning. */
export const variables: CSSVariablesResolver = () => ({ variables: {}, light: meanings, dark: meanings })
