/** The parsers of manifests, typed: the npm package that brings Deno's std carries no types. */
// @ts-types="./deno_std_parse.d.ts"
export { parse as parseJsonc } from "deno-std/jsonc/mod.js";
// @ts-types="./deno_std_parse.d.ts"
export { parse as parseToml } from "deno-std/toml/mod.js";
