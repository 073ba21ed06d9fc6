/** The documents that are made from the schemas. */
import { z } from "zod";
import { EVENTS, eventSchema } from "./events.ts";
import { OUTPUTS } from "./outputs.ts";

const DOCS = new URL("../../docs/", import.meta.url);
const PAGE = new URL("events.md", DOCS);

export interface Document {
  file: URL;
  content: string;
}

/** The page about events with its generated parts anew, and a JSON Schema for each format. */
export async function documents(): Promise<Document[]> {
  const page = await Deno.readTextFile(PAGE);
  const parts = { events: eventTables(), outputs: outputTable() };
  return [
    { file: PAGE, content: Object.entries(parts).reduce(replacePart, page) },
    { file: schemaFile("event"), content: jsonSchema(eventSchema, "parex: an event") },
    ...Object.entries(OUTPUTS).map(([name, { command, schema }]) => ({
      file: schemaFile(name),
      content: jsonSchema(schema, name === "error" ? "parex: a failure" : command),
    })),
  ];
}

function schemaFile(name: string): URL {
  return new URL(`schemas/${name}.schema.json`, DOCS);
}

/** A later version may add fields, so the published schemas allow fields that they do not name. */
function jsonSchema(schema: z.ZodType, title: string): string {
  const made = z.toJSONSchema(schema.meta({ title }), {
    override: ({ jsonSchema }) => {
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
    },
  });
  return JSON.stringify(made, null, 2) + "\n";
}

function replacePart(page: string, [name, text]: [string, string]): string {
  const [begin, end] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`];
  const [before, rest = ""] = page.split(begin);
  return `${before}${begin}\n\n${text}\n${end}${rest.split(end)[1] ?? ""}`;
}

function eventTables(): string {
  return EVENTS.map(({ shape, description }) => {
    const { v: _, seq: __, at: ___, run: ____, type, ...fields } = shape;
    return `### \`${type.value}\`\n\n${description}\n\n${fieldTable(fields)}`;
  }).join("\n");
}

function fieldTable(fields: Record<string, z.ZodType>): string {
  const rows = Object.entries(fields).map(([name, schema]) => {
    const optional = schema.isOptional() ? "?" : "";
    return [
      `\`${name}\`${optional}`,
      typeWords(schema),
      schema.description ?? innerOf(schema).description ?? "",
    ];
  });
  return table(["field", "type", "meaning"], rows);
}

function outputTable(): string {
  return table(
    ["command", "schema"],
    Object.entries(OUTPUTS).map(([name, { command }]) => [
      name === "error" ? command : `\`${command}\``,
      `[${name}](schemas/${name}.schema.json)`,
    ]),
  );
}

function innerOf(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodOptional ? schema.unwrap() as z.ZodType : schema;
}

/** A type in words, as short as it is still useful. */
function typeWords(optional: z.ZodType): string {
  const schema = innerOf(optional);
  if (schema instanceof z.ZodNullable) return `${typeWords(schema.unwrap() as z.ZodType)} or null`;
  if (schema instanceof z.ZodArray) return `list of ${typeWords(schema.element as z.ZodType)}`;
  if (schema instanceof z.ZodTuple) return "list of two texts";
  if (schema instanceof z.ZodEnum) {
    return schema.options.length > 10
      ? "reason code"
      : schema.options.map((word) => `\`${word}\``).join(", ");
  }
  if (schema instanceof z.ZodLiteral) return `\`${schema.value}\``;
  if (schema instanceof z.ZodObject) return "object";
  if (schema instanceof z.ZodNumber) return "number";
  return schema instanceof z.ZodBoolean ? "boolean" : "text";
}

/** Aligned as `deno fmt` does it. */
function table(head: string[], rows: string[][]): string {
  const widths = head.map((_, column) =>
    Math.max(3, ...[head, ...rows].map((row) => row[column]?.length ?? 0))
  );
  const line = (row: string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |\n`;
  return line(head) + line(widths.map((width) => "-".repeat(width))) + rows.map(line).join("");
}

if (import.meta.main) {
  await Deno.mkdir(new URL("schemas/", DOCS), { recursive: true });
  for (const { file, content } of await documents()) await Deno.writeTextFile(file, content);
}
