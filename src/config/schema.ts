import { z } from "zod";
import { descriptionOf, KEYS, SETTINGS } from "./table.ts";

/** The JSON Schema of the config file, for editors. Every spelling of a name is allowed. */
export function configSchema(): object {
  const properties: Record<string, z.ZodType> = {};
  const groups: Record<string, Record<string, z.ZodType>> = {};
  for (const key of KEYS) {
    const { name, kind } = SETTINGS[key];
    const schema = kind.schema.optional().meta({ description: descriptionOf(key) });
    for (const spelling of [name, name.replaceAll("-", "_")]) properties[spelling] = schema;
    const [group, inner] = name.split(".");
    if (group !== undefined && inner !== undefined) (groups[group] ??= {})[inner] = schema;
  }
  for (const [group, inner] of Object.entries(groups)) {
    properties[group] = z.strictObject(inner).optional();
  }
  return z.toJSONSchema(
    z.strictObject(properties).meta({ title: "parex: .parallel/config.yaml" }),
    { io: "input", target: "draft-7" },
  );
}
