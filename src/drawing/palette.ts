/**
 * @file The colours of pictures, by what they are for. `blue` and `orange` are told apart in all common kinds of colour
 * blindness (Okabe and Ito, "Color Universal Design", 2008), and are of different lightness in grey prints.
 */

export type Theme = 'light' | 'dark';

export const PALETTE = {
  /** Behind everything. */
  paper: { light: '#ffffff', dark: '#0d1117' },
  /** Titles and numbers. */
  ink: { light: '#1f2328', dark: '#e6edf3' },
  /** Labels, which should not be read first. */
  muted: { light: '#59636e', dark: '#9198a1' },
  /** Lines of a grid. */
  rule: { light: '#dfe4ea', dark: '#2a313a' },
  blue: { light: '#0072b2', dark: '#58b4f0' },
  orange: { light: '#d55e00', dark: '#f59d3d' },
  /** Cells of matrices: the strongest tone, laid over the paper by degrees. */
  tone: { light: '#08519c', dark: '#79c0ff' },
} as const satisfies Record<string, Record<Theme, `#${string}`>>;

/** Name of a colour. */
export type Paint = keyof typeof PALETTE;

/** Red, green and blue, 0 to 255. */
export function rgbOf(paint: Paint, theme: Theme): readonly [number, number, number] {
  const number = Number.parseInt(PALETTE[paint][theme].slice(1), 16);
  return [number >> 16, (number >> 8) & 255, number & 255];
}
