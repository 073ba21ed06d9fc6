import { join } from "node:path";
import type { Env } from "./env.ts";

/** A folder in which a package manager or compiler keeps what it has fetched or built. */
export interface Cache {
  /** Names another folder. */
  variable?: string | undefined;
  path: string;
}

/** Below the home, where no variable names another folder. */
const CACHES: readonly (readonly [path: string, variable?: string])[] = [
  // pip, uv, poetry, Yarn, Go's builds, Deno, node-gyp, browsers of Playwright, …
  [".cache", "XDG_CACHE_HOME"],
  [".npm", "npm_config_cache"],
  [".local/share/pnpm", "npm_config_store_dir"],
  [".yarn", "YARN_GLOBAL_FOLDER"],
  [".bun/install/cache", "BUN_INSTALL_CACHE_DIR"],
  [".cargo", "CARGO_HOME"],
  [".rustup"],
  ["go/pkg/mod", "GOMODCACHE"],
  [".gradle", "GRADLE_USER_HOME"],
  [".m2"],
  [".ivy2"],
  [".sbt"],
  [".nuget", "NUGET_PACKAGES"],
  [".dotnet", "DOTNET_CLI_HOME"],
  [".gem", "GEM_SPEC_CACHE"],
  [".bundle", "BUNDLE_USER_HOME"],
  [".composer", "COMPOSER_HOME"],
  [".hex", "HEX_HOME"],
  [".mix", "MIX_HOME"],
  [".stack", "STACK_ROOT"],
  [".cabal", "CABAL_DIR"],
  [".pub-cache", "PUB_CACHE"],
  [".julia"],
  [".conan2", "CONAN_HOME"],
];

/** More variables that name such a folder; without them it is in one of the others. */
const VARIABLES = [
  ...["PIP_CACHE_DIR", "UV_CACHE_DIR", "POETRY_CACHE_DIR", "YARN_CACHE_FOLDER", "DENO_DIR"],
  ...["GOCACHE", "COMPOSER_CACHE_DIR", "NUGET_HTTP_CACHE_PATH", "CCACHE_DIR", "SCCACHE_DIR"],
  ...["PLAYWRIGHT_BROWSERS_PATH", "CYPRESS_CACHE_FOLDER", "TURBO_CACHE_DIR"],
];

/** The caches that the tools of this environment would use, whether they exist or not. */
export function cachesOf(env: Env): Cache[] {
  const home = env.HOME || "/";
  const go = env.GOPATH?.split(":")[0];
  return [
    ...CACHES.flatMap(([path, variable]): Cache[] => {
      const usual = path === "go/pkg/mod" && go ? join(go, "pkg/mod") : join(home, path);
      const named = variable === undefined ? "" : env[variable] ?? "";
      // npx sets npm's for what it runs, which may still start tools that look at the usual place.
      return named === ""
        ? [{ variable, path: usual }]
        : [{ variable, path: named }, { path: usual }];
    }),
    ...VARIABLES.flatMap((variable) => {
      const path = env[variable] ?? "";
      return path.startsWith("/") ? [{ variable, path }] : [];
    }),
  ];
}
