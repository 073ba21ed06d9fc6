import { z } from "zod";
import { parseToml } from "../parsers.ts";
import type { Detected, Project } from "../project.ts";

const Lints = z.object({ clippy: z.unknown().optional() }).optional();
const Manifest = z.object({
  lints: Lints,
  workspace: z.object({ lints: Lints }).optional(),
});

/** Rust: `cargo test`, which compiles everything that `cargo check` does; clippy if configured. */
export async function rust(project: Project): Promise<Detected | undefined> {
  const from = "Cargo.toml";
  const manifest = await project.manifest(from, (text) => Manifest.parse(parseToml(text)));
  if (!manifest) return undefined;
  const flags = (manifest.workspace ? " --workspace" : "") +
    (project.has("Cargo.lock") ? " --locked" : "");
  const clippy = manifest.lints?.clippy || manifest.workspace?.lints?.clippy ||
    ["clippy.toml", ".clippy.toml"].some(project.has);
  return {
    from,
    commands: {
      test: `cargo test${flags}`,
      lint: clippy ? `cargo clippy --all-targets${flags}` : undefined,
    },
  };
}
