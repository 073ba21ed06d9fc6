import { stringify } from "yaml";
import { descriptionOf, type Key, SETTINGS } from "./table.ts";

/** A value that was found, and where it comes from, for people. */
export interface Detected {
  value: string | number;
  from?: string;
}

const HEAD =
  `# Settings of parex for this repository. Every line is commented out: take the "# " away to set
# one. The values are the defaults, or what was found here. All settings: parex execute --help
`;

/** A config file that sets nothing, but shows these values, each with what it means. */
export function sampleConfig(detected: { readonly [K in Key]?: Detected }): string {
  const parts = (Object.entries(detected) as [Key, Detected][]).map(([key, { value, from }]) => {
    const { name } = SETTINGS[key];
    const note = from === undefined ? "" : ` [${from}]`;
    const line = stringify({ [name]: value }, { lineWidth: 0 }).trimEnd();
    return `\n${commented(descriptionOf(key) + note)}\n${commented(line)}\n`;
  });
  return HEAD + parts.join("");
}

function commented(text: string): string {
  return text.replaceAll(/^/gm, "# ");
}
