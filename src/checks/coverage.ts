import { join } from "node:path";
import type { Coverage } from "../domain/check_report.ts";
import { readIfThere } from "../util/files.ts";

/** Where the usual tools write, and what a file is called there. */
const FOLDERS = ["", "coverage"];
const LCOV = /^(?:.*\.)?lcov(?:\.info)?$/;
const COBERTURA = /^(?:coverage|.*cobertura.*)\.xml$/;
/** A larger report is not read. */
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * The coverage that a check reported: in a file that it wrote after `since` (milliseconds since the epoch), or
 * in its output. Undefined if it reported none.
 */
export async function findCoverage(
  folder: string,
  output: string,
  since: number,
): Promise<Coverage | undefined> {
  for (const path of await reportsIn(folder, since)) {
    const text = await readIfThere(join(folder, path)) ?? "";
    const found = LCOV.test(path.split("/").at(-1) ?? "") ? ofLcov(text) : ofCobertura(text);
    if (found) return { ...found, from: path };
  }
  const printed = coverageIn(output);
  return printed && { ...printed, from: "output" };
}

type Found = Omit<Coverage, "from">;

async function reportsIn(folder: string, since: number): Promise<string[]> {
  const found: string[] = [];
  for (const name of FOLDERS) {
    const path = join(folder, name);
    try {
      for await (const entry of Deno.readDir(path)) {
        if (!entry.isFile || !(LCOV.test(entry.name) || COBERTURA.test(entry.name))) continue;
        const { mtime, size } = await Deno.stat(join(path, entry.name));
        if (mtime && mtime.getTime() >= since && size <= MAX_BYTES) {
          found.push(name === "" ? entry.name : `${name}/${entry.name}`);
        }
      }
    } catch {
      // Most projects have no such folder.
    }
  }
  return found.sort();
}

function ofLcov(text: string): Found | undefined {
  let [covered, total] = [0, 0];
  for (const [, kind, count] of text.matchAll(/^(LF|LH):(\d+)/gm)) {
    if (kind === "LF") total += Number(count);
    else covered += Number(count);
  }
  return ofLines(covered, total);
}

function ofCobertura(text: string): Found | undefined {
  const root = /<coverage\b[^>]*>/.exec(text)?.[0];
  if (root === undefined) return undefined;
  const valueOf = (name: string) => {
    const found = new RegExp(`\\b${name}="([\\d.]+)"`).exec(root)?.[1];
    return found === undefined ? undefined : Number(found);
  };
  const [covered, total, rate] = ["lines-covered", "lines-valid", "line-rate"].map(valueOf);
  if (covered !== undefined && total !== undefined) return ofLines(covered, total);
  return rate === undefined ? undefined : { of: "lines", percent: rounded(rate * 100) };
}

function ofLines(covered: number, total: number): Found | undefined {
  if (total === 0) return undefined;
  return { of: "lines", percent: rounded(covered / total * 100), covered, total };
}

/** What pytest-cov, go, node, deno, istanbul (jest, c8, vitest) and tarpaulin print. */
export function coverageIn(output: string): Found | undefined {
  return ofTable(output) ?? ofPytest(output) ?? ofGo(output) ?? ofTarpaulin(output);
}

const PERCENT_OF_LINES = /^(?:% lines|lines? %)$/i;

/** A table with a column for lines and a row for all files. */
function ofTable(output: string): Found | undefined {
  let column = -1;
  for (const line of output.split("\n")) {
    if (!line.includes("|")) continue;
    const cells = line.replace(/^\s*(?:[#ℹ]\s*)?\|?/, "").split("|").map((cell) => cell.trim());
    const header = cells.findIndex((cell) => PERCENT_OF_LINES.test(cell));
    if (header >= 0) column = header;
    else if (column >= 0 && /^all files$/i.test(cells[0] ?? "")) {
      const percent = Number.parseFloat(cells[column] ?? "");
      if (Number.isFinite(percent)) return { of: "lines", percent };
    }
  }
}

function ofPytest(output: string): Found | undefined {
  const total = /^TOTAL\s+(\d+)\s+(\d+)(?:\s+\d+\s+\d+)?\s+(\d+(?:\.\d+)?)%/m.exec(output);
  if (!total) return undefined;
  const [all, missed] = [Number(total[1]), Number(total[2])];
  return { of: "statements", percent: Number(total[3]), covered: all - missed, total: all };
}

/** go has a figure for all packages only where `go tool cover -func` printed it. */
function ofGo(output: string): Found | undefined {
  const whole = /^total:\s+\(statements\)\s+([\d.]+)%/m.exec(output)?.[1];
  if (whole !== undefined) return { of: "statements", percent: Number(whole) };
  const parts = [...output.matchAll(/^ok\s.*\bcoverage: ([\d.]+)% of statements/gm)]
    .map(([, percent]) => Number(percent));
  const all = parts.length > 0
    ? parts
    : [...output.matchAll(/^coverage: ([\d.]+)% of statements/gm)].map(([, one]) => Number(one));
  if (all.length === 0) return undefined;
  const percent = Math.min(...all);
  if (all.length === 1) return { of: "statements", percent };
  return { of: "statements", percent, highest: Math.max(...all), packages: all.length };
}

function ofTarpaulin(output: string): Found | undefined {
  const found = /^([\d.]+)% coverage, (\d+)\/(\d+) lines covered/m.exec(output);
  return found ? ofLines(Number(found[2]), Number(found[3])) : undefined;
}

function rounded(percent: number): number {
  return Math.round(percent * 10) / 10;
}
