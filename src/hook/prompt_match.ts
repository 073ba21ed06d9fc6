/** Longer prompts are pasted material: what is asked for stands at the beginning or at the end. */
const MAX_EDGE = 10_000;

const COMMANDS = /^\/(?:promptune:parallel:execute|ctx:execute|parex(?::execute)?)(?:\s|$)/;

/** Words before the verb that leave it what it is: something to be done now. */
const OPENERS = new RegExp(
  "^(?:" + [
    "ok(?:ay)?|alright|great|good|perfect|yes|yep|sure|thanks|cool|now|next|then|so|and|but|finally",
    "first|also|hey|hi|hello|claude|please|pls|kindly|just|lgtm|go ahead(?: and)?(?! with)|let'?s|let us",
    "(?:can|could|would|will) (?:you|we)|you (?:can|should|may|could)|(?:it'?s )?time to|feel free to",
    "(?:i|we)(?:'d| would)? (?:want|like|need|love|have)(?: for)?(?: you| us)? to|try to|help me(?: to)?|for me",
    "in parallel|concurrently|simultaneously|at the same time|looks good(?: to me)?",
  ].join("|") + ")[\\s,:!-]+",
);
/** After these a verb may stand as `working`, `executing`. */
const STARTERS = /^(?:start|begin|continue|proceed with|resume|keep)\s+(?=\w+ing\b)/;

const SIDE_BY_SIDE = new RegExp(
  "\\b(?:in parallel|concurrently|simultaneously|at the same time|side by side|at once|" +
    "(?:with|using|across|by) (?:parallel|multiple|several|separate) (?:sub)?(?:agents|worktrees))\\b",
);
const WORDS_OF_PLANS =
  "tasks?|plan(?:\\.ya?ml)?(?: execution)?|parallel (?:execution|development)(?: workflow)?";
const WORDS_OF_WORK =
  "work|workflow|features?|tickets?|issues?|stories|todos?|items|everything|them|these|those|it|all|both|bugs";
const MODIFIERS =
  "(?:(?:all|of|the|these|this|those|that|my|our|your|its|every|each|both|pending|blocked|failed|" +
  "remaining|ready|open|approved|current|whole|entire|new|parallel|development|implementation|" +
  "two|three|four|five|six|\\d+) )*";

const RUN =
  "(?:(?:re-?)?run|re-?start|execut|start|launch|kick off|begin|carry out|perform|resum|(?:proceed|continue|go (?:on|ahead)) with)(?:n?ing|e)?";
const RUN_PLAN = new RegExp(
  `^${RUN} ${MODIFIERS}(?:${WORDS_OF_PLANS})` +
    "(?=$|\\s*[,.:!)-]|\\s+(?:now|please|in|with|using|from|of|at|on|and|but|then|until|without|" +
    "across|via|again|today|by|side|for me|concurrently|simultaneously)\\b|\\s+[./~\\w-]*/)",
);
const RUN_WORK = new RegExp(`^${RUN} ${MODIFIERS}(?:${WORDS_OF_WORK})\\b`);
/** After "the plan is ready" it is the plan. */
const RUN_IT = new RegExp(`^${RUN} it\\b`);
const PLAN_STANDS = /^(?:(?:the|this|your|my|our) )?plan (?:is|looks|seems|approved)\b(?! not)/;
const ALONE = /^(?:work in|run(?: in)?|run everything in) parallel\b/;

const DO = new RegExp(
  "^(?:work(?:ing)?(?: on)?|(?:implement|build|tackl|handl|do|develop|complet|finish|fix|refactor|" +
    "writ|add|migrat|knock out|tak|ship|cod|creat|updat|address|deliver|solv|" +
    "generat|set up|prepar|port|replac|remov|clean up|resolv|clos|draft|extend|improv|deal with|" +
    "take care of|get (?:started|going)(?: on| with)?|work through)(?:ing|e)?)\\b(?! not)",
);
/** What stands between the verb and `in parallel` is not the object, but what that object does. */
const RELATIVE = new RegExp(
  "\\b(?:that|which|where|when|who|whose|so|if|how|why|because|whether|to \\w+|for \\w+ing|" +
    "(?:runn|execut|process|work|show|fetch|handl)ing)\\b",
);
/** Work of a program's, not of agents. */
const MACHINERY = new RegExp(
  "\\b(?:requests?|quer(?:y|ies)|threads?|uploads?|downloads?|promises?|batches|loops?|ci|jobs?|" +
    "rows|servers?|builds?|calls?|animations?|connections?)\\b",
);

const PARALLELIZE = new RegExp(
  `^paralleli[sz](?:e|ing) ${MODIFIERS}(?:tasks?|plan|development|implementation|effort|` +
    "work|workflow|features?|tickets?|issues?|stories|todos?|everything|them)\\b(?! (?:queue|runner|pool))",
);
const PARALLELIZE_BARE = /^paralleli[sz]e(?: (?:this|it|these|that))?$/;
const AGENTS = new RegExp(
  "^(?:spawn|spin up|dispatch|launch|start|use|create|have|fire up|deploy|assign|get)(?:ing)? " +
    "(?:(?:up|to|claude|\\d+|two|three|four|five|several|multiple|many|parallel|some|a few|an?|one|separate|haiku) )*" +
    "(?:sub-?)?agents?\\b.*(?:\\bparallel\\b|(?:per|(?:for|to) (?:each|every)) task|\\btasks\\b|\\bplan\\b|\\bfeatures\\b)",
);
const PARALLEL_AGENTS = /^use (?:parallel (?:sub-?)?agents|worktrees)\b/;
const SPLIT = new RegExp(
  `^(?:split|dispatch|hand|divid|distribut|fan|spread)(?:e|ing)?(?: out| up)? ${MODIFIERS}` +
    "(?:tasks?|work|plan|features?|tickets?|issues?)(?: out| up)? " +
    "(?:across|among|over|between|to|into)\\b.*\\b(?:agents|worktrees)\\b",
);
const PAREX = /^(?:use|run|start|launch|invoke|try) parex\b/;
const DONE = new RegExp(
  `^(?:get|i(?:'d| would)? (?:want|like|need)) ${MODIFIERS}(?:tasks|${WORDS_OF_WORK}) ` +
    "(?:done|implemented|built|finished|completed|worked on|executed|fixed)\\b",
);

const QUESTION = new RegExp(
  "^(?:what|how|why|when|where|which|who|whose|is|are|was|were|does|did|has|had|should|shall|" +
    "(?:can|could|would|will) (?!you\\b|we\\b)|do (?:you|i|we|they)\\b|have (?:you|we|they|i)\\b)",
);
const ASKS_US = /\b(?:can|could|would|will) (?:you|we)\b|\bplease\b/;
const ONE_BY_ONE =
  /\b(?:not in parallel|(?:instead of|rather than|without) (?:\w+ )?(?:in )?parallel|sequential(?:ly)?|one (?:by one|at a time|after (?:the other|another)))\b/;

const CLAUSE = /(?:[,;:—–]|\s-)\s+(?:and |but )?(?:then )?|\s+and (?:then )?|\s+then\s+/g;
/** Before a clause: it reports, describes or explains what comes after it. */
const NO_COMMAND_AFTER = new RegExp(
  "\\b(?:that|which|where|when|how|why|whether|if|who|before|after|says?|said|told|means?|reads|" +
    "function|script|method|class|code|explain|describe|translate|document|grep|rename|tests?)\\b",
);
const NEGATED = /^(?:please )?(?:don'?t|do not|never|stop|avoid|no)\b/;

/** What follows such a line is material, not a request. */
const MATERIAL = new RegExp(
  "^(?:please |can you |could you )*(?:review|summari[sz]e|translate|proofread|explain|rewrite|" +
    "improve|edit|check|correct|format|shorten|paraphrase|describe|analy[sz]e)\\b[^\\n]*:\\s*$",
  "m",
);

/** Whether a person asks, now, for work to be done by several agents, or for the plan to be run. */
export function asksForParallelWork(prompt: string): boolean {
  const text = prompt.trim();
  if (text.startsWith("/")) return COMMANDS.test(text);
  const short = text.length > 2 * MAX_EDGE
    ? `${text.slice(0, MAX_EDGE)}\n${text.slice(-MAX_EDGE)}`
    : text;
  const own = ownWords(short);
  const showsCode = own !== short && short.includes("```");
  return own.split(/\n+|(?<=[.!?;])\s+/).some((sentence) => asksFor(sentence, showsCode));
}

/** What the person says: without code, quotations, and material to work on. */
function ownWords(prompt: string): string {
  const bare = prompt.toLowerCase().replaceAll("’", "'")
    .replaceAll(/```[^]*?(?:```|$)/g, "\n")
    .replaceAll(/^\s*>.*$/gm, "")
    .replaceAll(/`([^`\n]*)`/g, (_, code) => /^(?:parex\b.*|\S+)$/.test(code) ? code : "x")
    .replaceAll(/["“]([^"”\n]*)["”]/g, (_, quoted) => /^\S+$/.test(quoted) ? quoted : "x")
    .replaceAll(/(?<=^|\s)'[^'\n]+ [^'\n]*'(?=[\s.,!?]|$)/g, "x");
  const material = MATERIAL.exec(bare);
  const said = material ? bare.slice(0, material.index) : bare;
  return said.replaceAll(/\bpar+al+el+/g, "parallel").replaceAll(/\bteh\b/g, "the")
    .replaceAll(/\bwrok/g, "work").replaceAll(/\b(?:ex[ce]{1,3}ute|exectue|execut)\b/g, "execute")
    .replaceAll(/[ \t]+/g, " ");
}

function asksFor(raw: string, showsCode: boolean): boolean {
  const sentence = raw.trim().replace(/^(?:[-*•]|\d+[.)])\s+/, "")
    .replace(/^now that [^,]*,\s+/, "");
  if (QUESTION.test(sentence) || ONE_BY_ONE.test(sentence)) return false;
  if (/\?\s*$/.test(sentence) && !ASKS_US.test(sentence)) return false;
  const starts = [0, ...[...sentence.matchAll(CLAUSE)].map((cut) => cut.index + cut[0].length)];
  return starts.some((start) => {
    const before = sentence.slice(0, start);
    if (NO_COMMAND_AFTER.test(before)) return false;
    // "Do not push and run …" negates both; "Do not push, run …" does not.
    if (NEGATED.test(before) && /\s(?:and|then)\s+$/.test(before)) return false;
    const clause = sentence.slice(start);
    return isCommand(clause, showsCode) || (PLAN_STANDS.test(before) && RUN_IT.test(clause));
  });
}

function isCommand(clause: string, showsCode: boolean): boolean {
  let rest = clause;
  let sideBySide = false;
  if (DONE.test(rest)) return SIDE_BY_SIDE.test(rest);
  for (let opener = OPENERS.exec(rest); opener; opener = OPENERS.exec(rest)) {
    sideBySide ||= SIDE_BY_SIDE.test(opener[0]);
    rest = rest.slice(opener[0].length);
  }
  if (DONE.test(rest)) return sideBySide || SIDE_BY_SIDE.test(rest);
  const started = STARTERS.exec(rest)?.[0].length;
  if (started !== undefined) rest = rest.slice(started);
  else if (/^\w+ing\b/.test(rest)) return false;
  const end = rest.replace(/[\s.!?:]+$/, "");
  if (
    [RUN_PLAN, ALONE, PARALLELIZE, AGENTS, PARALLEL_AGENTS, SPLIT, PAREX].some((rule) =>
      rule.test(end)
    )
  ) return true;
  if (!showsCode && PARALLELIZE_BARE.test(end)) return true;
  if (RUN_WORK.test(end)) return sideBySide || SIDE_BY_SIDE.test(end);
  return DO.test(end) && doneSideBySide(end, sideBySide);
}

function doneSideBySide(text: string, already: boolean): boolean {
  const at = SIDE_BY_SIDE.exec(text)?.index;
  if (at === undefined && !already) return false;
  const object = text.slice(0, at).replace(/^\w+(?: on)?/, "");
  return !RELATIVE.test(object) && !MACHINERY.test(object);
}
