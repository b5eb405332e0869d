/** Colours a piece of text for a terminal; returns it as it is elsewhere. */
type Paint = (style: 'red' | 'yellow' | 'green' | 'dim' | 'bold', text: string) => string;

/** What the text is written for. */
export interface TextStyle {
  readonly paint: Paint;
  /** Columns to a line. */
  readonly width: number;
}

/** No colours, and lines that fit most windows: pipes, files, `NO_COLOR`. */
export const plainText: TextStyle = { paint: (_style, text) => text, width: 100 };
