/** A question of an agent's, and what a person said to it. */
export interface Answered {
  question: string;
  answer: string;
}

/** Begins the last line of an agent that needs a person's answer. */
export const QUESTION = "QUESTION:";

/** Models fill in a line that the prompt mentions, even if they have nothing to ask. */
const ASKS_NOTHING = /^(?:none|no|nothing|n\/a|no (?:open )?questions?)[.!]?[*_]*$/i;

/** The question with which an agent ended, as its prompt asks it to; undefined if it asked none. */
export function questionIn(lastWords: string): string | undefined {
  const at = lastWords.search(new RegExp(`^[*_> ]*${QUESTION}`, "m"));
  if (at < 0) return undefined;
  const question = lastWords.slice(lastWords.indexOf(QUESTION, at) + QUESTION.length)
    .replace(/^[*_]+/, "").trim();
  return question === "" || ASKS_NOTHING.test(question) ? undefined : question;
}
