/** What a plan may be at most. What exceeds it is an error, never a crash. */
export const LIMITS = {
  fileBytes: 5 * 1024 * 1024,
  tasks: 10_000,
  /** Parts of a YAML file: indents, names, signs, values. A plan of 10,000 tasks has half of it. */
  yamlTokens: 1_000_000,
  /** Brackets within brackets. */
  yamlDepth: 100,
  yamlAliases: 1_000,
  /** Problems of one file's YAML that are listed: a bracket left open spoils all that follows. */
  yamlProblems: 20,
  /** Files open at the same time; some systems allow a program no more than 256. */
  openFiles: 64,
} as const;
