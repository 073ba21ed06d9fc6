import { z } from "zod";
import { descriptionOf, KEYS, SETTINGS } from "./table.ts";

/** The JSON Schema of the config file, for editors. Both spellings of a name are allowed. */
export function configSchema(): object {
  const properties = KEYS.flatMap((key) => {
    const { name, kind } = SETTINGS[key];
    const schema = kind.schema.optional().meta({ description: descriptionOf(key) });
    return [...new Set([name, name.replaceAll("-", "_")])].map((spelling) => [spelling, schema]);
  });
  return z.toJSONSchema(
    z.strictObject(Object.fromEntries(properties)).meta({ title: "parex: .parallel/config.yaml" }),
    { io: "input", target: "draft-7" },
  );
}
