import { isMap, isSeq, type YAMLMap } from "yaml";
import { type FilesToTouch, type Status, STATUSES } from "../domain/task.ts";
import { type FieldReader, isNothing, textOf } from "./fields.ts";
import { accessOf, FileSets } from "./files_to_touch.ts";
import { composeSpecification, isEmptyText, type Specification } from "./markdown.ts";
import { quote } from "./problems.ts";
import { statusOf } from "./words.ts";

export interface InlineSpec {
  kind: "inline";
  status: Status;
  body: string;
  files: FilesToTouch;
  labels: string[];
}

const ACCEPTANCE = ["acceptance", "acceptance_criteria"] as const;

/** The specification that an entry of the index holds itself; undefined if it holds none. */
export function readInline(
  reader: FieldReader,
  map: YAMLMap,
  name: string,
): InlineSpec | undefined {
  const keys = ["description", "files", ...ACCEPTANCE];
  if (!keys.some((key) => !isNothing(reader.find(map, key)?.node ?? null))) return undefined;
  const description = reader.text(map, "description")?.value;
  const acceptance = readAcceptance(reader, map);
  const files = readFiles(reader, map);
  const said = [description ?? "", ...acceptance, ...Object.values(files).flat()].join("\n");
  if (isEmptyText(said)) {
    const hint = "say what is to be done, where, and how one sees that it is done";
    reader.error(
      reader.yaml.positionOf(map),
      "empty-task",
      `the task ${quote(name)} says nothing that an agent could do`,
      hint,
    );
  }
  const missing: Specification["missing"] = [
    ...(description === undefined ? ["description"] : []),
    ...(Object.values(files).some((paths) => paths.length > 0) ? [] : ["files"]),
    ...(acceptance.length === 0 ? ["acceptance"] : []),
  ];
  if (missing.length > 0) {
    reader.warn(
      reader.yaml.positionOf(map),
      "missing-section",
      `the task has no ${missing.map(quote).join(", ")}`,
      "an agent works better with them",
    );
  }
  return {
    kind: "inline",
    status: reader.word(map, "status", STATUSES, statusOf)?.value ?? "pending",
    body: composeSpecification({
      name,
      description,
      files,
      acceptance,
    }),
    files,
    labels: reader.texts(map, "labels")?.value.map(({ value }) => value) ?? [],
  };
}

/** A list, or text with a line for each criterion. */
function readAcceptance(reader: FieldReader, map: YAMLMap): string[] {
  const text = textOf(reader.find(map, ...ACCEPTANCE)?.node ?? null);
  if (text === undefined) {
    return reader.texts(map, ...ACCEPTANCE)?.value.map(({ value }) => value) ?? [];
  }
  const lines = text.split(/\r?\n/).map((line) => line.replace(/^\s*[-*]\s+(?:\[.\]\s+)?/, ""));
  return lines.map((line) => line.trim()).filter((line) => line !== "");
}

/** A list of paths, a list of `{path, action}`, or paths by what is done to them. */
function readFiles(reader: FieldReader, map: YAMLMap): FilesToTouch {
  const files = new FileSets();
  const found = reader.find(map, "files");
  if (!found || isNothing(found.node)) return files.toFiles();
  if (isMap(found.node)) {
    for (const word of ["create", "modify", "delete", "read"] as const) {
      for (const { value } of reader.texts(found.node, word)?.value ?? []) {
        files.add(value, word);
      }
    }
  } else if (isSeq(found.node)) {
    for (const item of found.node.items) {
      const node = reader.yaml.resolve(item);
      const path = isMap(node) ? reader.text(node, "path", "file")?.value : textOf(node);
      const action = isMap(node) ? reader.text(node, "action", "access")?.value : undefined;
      if (path !== undefined) files.add(path, accessOf(action ?? "") ?? "modify");
    }
  } else reader.wrongType(found, `"files"`, "a list of paths");
  return files.toFiles();
}
