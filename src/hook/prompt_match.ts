/** Longer prompts are pasted material: the request is at the beginning or at the end. */
const MAX_EDGE = 10_000;

const COMMANDS = /^\/(?:promptune:parallel:execute|ctx:execute|parex(?::execute)?)(?:\s|$)/;

/** What a person asks for, and what must be here for it to be meant of a plan's tasks. */
export interface Request {
  for: "run" | "status";
  /** `plan`: only where a plan is ready or its run was interrupted; `run`: only where one is on. */
  given?: "plan" | "run";
}

const any = (...alternatives: string[]) => `(?:${alternatives.join("|")})`;

/** Words before the verb that leave it what it is: something to be done now. */
const OPENERS = new RegExp(
  "^" + any(
    "ok(?:ay)?|alright|all good|great|nice|good|perfect|yes|yep|sure|thanks|cool|now|next|then|so|and|but|finally",
    "first|also|otherwise|hey|hi|hello|claude|please(?: to)?|pls|plz|kindly|just|lgtm|go ahead(?: and)?(?! with)|let'?s|let us",
    "would you mind|(?:can|could|would|will) (?:you|we)|you (?:can|should|may|could)|(?:it'?s )?time to|feel free to",
    "(?:i|we)(?:'d| would)? (?:want|like|need|love|have)(?: for)?(?: that)?(?: you| us)?(?: to)?|try to|help me(?: to)?|for me",
    "if (?:it|that|all|everything)(?:'s| is| looks) (?:fine|ok|okay|good|valid|green)|(?:it is|that's) ok for me|if so",
    "in parallel|concurrently|simultaneously|at the same time|looks (?:good|great|fine)(?: to me)?|sounds good",
  ) + "[\\s,:!—–-]+",
);
/** After these a verb may be `working`, `executing`. */
const STARTERS =
  /^(?:start|begin|continue|proceed with|resume|keep)(?: now)?(?: with)?\s+(?=\w+ing\b)/;

const SIDE_BY_SIDE = new RegExp(
  "\\b" + any(
    "in parallel|parallel(?= please)|concurrently|simultaneously|at (?:the|in) same time|in same time|side by side|at once|several at a time",
    "(?:with|using|across|by|to|in) (?:parallel|multiple|several|separate|different) (?:sub)?(?:agents|worktrees|claudes|branches)",
    "(?:one|a|its own|own) (?:worktree|agent)(?: and agent)? (?:each|per \\w+)|separate agents",
  ) + "\\b",
);
const PLANS = any(
  "tasks?(?! (?:runner|queue|list|deletion))|plan(?:\\.ya?ml)?(?: (?:execution|tasks))?|(?:[\\w.-]*\\/)*[\\w.-]*plan\\.ya?ml",
  "task-[\\w-]+(?:(?:,? and|,) task-[\\w-]+)*|phases?(?: \\d+)?|implementation|run|agents|blockers",
);
const WORK = any(
  "work|workflow|features?|tickets?|issues?|stories|todos?|items|everything|them|these|those|it|all|both|bugs|refactor(?:ing)?s",
);
const MODIFIERS = "(?:" + any(
  "all|of|the|these|this|those|that|my|our|your|its|every|each|both|pending|blocked|failed|interrupted|rest|everything",
  "remaining|ready|open|approved|current|whole|entire|new|parallel|development|implementation|what'?s|left|in|on|an?",
  "two|three|four|five|six|\\d+",
) + " )*";
/** What may come after an object that ends there. */
const END = "(?=$|\\s*[,.:;!?)–—-]|\\s+" + any(
  "now|please|in|with|using|from|of|at|on|and|but|then|until|without|across|via|again|today|by|side|for|first",
  "concurrently|simultaneously|that|we|together|separately|where|when|via|as|going|here|so",
) + "\\b|\\s+[./~\\w-]*\\/)";

const RUN = any(
  "(?:re-?)?run|re-?start|re-?try|execut|start|launch|kick off|begin|carry(?:ing)? out|perform|resum|pick up|dispatch",
  "(?:proceed|continue|carry on|go (?:on|ahead)|make (?:a )?start)(?: with)?(?: \\w+ing)?|work through|realiz|finish|complet|ship|do|implement|develop|deliver",
  "work(?:ing)? on",
) + "(?:n?ing|e)?";
const RUN_PLAN = new RegExp(`^${RUN}(?: with)? ${MODIFIERS}(?:work on the )?${PLANS}${END}`);
const RUN_WORKFLOW =
  /^(?:(?:re-?)?(?:run|start)|launch|kick off|begin|execute|resume|continue)(?: with)? (?:\w+ )?parallel (?:execution|development|run)\b/;
const RUN_WORK = new RegExp(`^${RUN} ${MODIFIERS}${WORK}\\b`);
/** Where the sentence speaks of a plan before, it is the plan. */
const RUN_IT = new RegExp(`^${RUN}(?: (?:it|them|this))?${END}`);
const OF_THE_PLAN = /\bplan\b(?! (?:mode|page|button|to))/;
const ALONE = /^(?:work in|run(?: in)?|run everything in) parallel\b/;
/** The whole prompt, if a plan is ready: `go`, `do it`, `implement everything`. */
const GO = new RegExp(
  `^${
    any(
      "go(?: ahead| for it| on)?|make it so|fire away|approved|green light|get going",
      `(?:${RUN})(?: (?:it|this|that|this thing|them|everything|all|all of (?:it|them)|the rest))?(?: off)?`,
      "kick (?:it|this|them) off|start executing|(?:execut|implement|work)ing",
    )
  }(?: (?:now|please|then|again|up|all|for real|today|where (?:you|we|it) (?:left off|stopped)(?: with .*)?))*$`,
);
const PUT_INTO =
  /^(?:put|turn|bring) (?:the |this |our )?plan (?:in)?to (?:action|code|practice|life)\b/;
const GET_GOING =
  /^(?:get|set) (?:the |these |all )?(?:agents|run|plan|tasks)\b.* ?(?:going|started|running|off)\b/;

const DO = new RegExp(
  "^" + any(
    "work(?:ing)?(?: on)?",
    any(
      "implement|build|tackl|handl|do|develop|complet|finish|fix|refactor|writ|add|migrat|knock out|tak|ship|cod|creat|updat",
      "address|deliver|solv|generat|set up|prepar|port|replac|remov|clean up|resolv|clos|draft|extend|improv|deal with|translat",
      "take care of|get (?:started|going)(?: on| with)?|work through",
    ) + "(?:ing|e)?",
  ) + "\\b(?! not)",
);
/** With one of these between the verb and `in parallel`, it is the object that does so. */
const RELATIVE = new RegExp(
  "\\b" + any(
    "that|which|where|when|who|whose|so|if|how|why|because|whether|about|to (?:be|run|process|handle|execute|make|show|let|fetch|load|work|allow|use)|for \\w+ing",
    "(?:runn|execut|process|work|show|fetch|handl)ing",
  ) + "\\b",
);
/** Work of a program's, not of agents. */
const MACHINERY =
  /\b(?:requests?|quer(?:y|ies)|threads?|uploads?|downloads?|promises?|batches|loops?|ci|jobs?|rows|servers?|calls?|animations?|connections?|divs?)\b/;

const PARALLELIZE = new RegExp(
  `^paralleli[sz](?:e|ing) ${MODIFIERS}` + any(PLANS, WORK, "effort") +
    "\\b(?! (?:queue|runner|pool))",
);
const PARALLELIZE_BARE = /^paralleli[sz]e(?: (?:this|it|these|that))?$/;
const SOME =
  "(?:(?:up|to|claude|\\d+|two|three|four|five|several|multiple|many|parallel|some|a few|an?|one|the|separate|haiku) )*";
const AGENTS = new RegExp(
  "^(?:let|spawn|spin up|dispatch|launch|start|use|create|have|fire up|deploy|assign|get)(?:ing)? " +
    SOME +
    "(?:sub-?)?(?:agents?|claudes)\\b.*" + any(
      "\\bparallel\\b|(?:per|(?:for|to) (?:each|every))\\b|\\btasks\\b|\\bplan\\b|\\bfeatures\\b",
      "\\bat (?:the same time|once)\\b|do (?:their|its) thing",
    ),
);
const PARALLEL_AGENTS = /^use (?:parallel (?:sub-?)?agents|(?:separate )?worktrees)\b/;
const SPLIT = new RegExp(
  `^(?:split|dispatch|hand|divid|distribut|delegat|giv|fan|spread)(?:e|ing)? .*\\b${
    any("across|among|over|between|to|into|and have|its own|their own")
  }\\b.*\\b(?:agents?|worktrees?|claudes)\\b`,
);
const SWARM = /^(?:swarm|parallel please|in parallel)\b[^:]*:|^fan\b.*\bagents\b/;
const PAREX =
  /^(?:(?:use|run|start|launch|invoke|try|let) )?parex (?:execute|run|do|to)\b|^(?:use|run|start|launch|invoke|try) parex\b/;
const DONE = new RegExp(
  `^(?:get|i(?:'d| would)? (?:want|like|need)) .*\\b` +
    "(?:done|implemented|built|finished|completed|worked on|executed|fixed)\\b",
);
/** The same in German, Spanish and French: a verb, then the plan or the manner. */
const ELSEWHERE = new RegExp(
  "^(?:.*, )?(?:bitte )?" + any(
    "(?:führe?|starte|arbeite|setze?|mach|erledige?|bearbeite)\\b.*(?:\\bplan\\b.* (?:aus|um|los)|aufgaben|tasks|parallel)",
    "(?:leg|fang) (?:jetzt )?(?:los|an)",
    "(?:ejecuta|corre|lanza|inicia|empieza|trabaja|implementa|haz)\\b.*(?:\\bplan\\b|tareas|en paralelo)",
    "(?:ex[ée]cute|lance|d[ée]marre|fais|impl[ée]mente|travaille)z? (?:les?|la|ces?|tou\\w+|sur)\\b.*(?:\\bplan\\b|t[âa]ches|en parall[èe]le)",
  ),
);
const NOT_THERE = /\b(?:nicht|kein|keine|no|pas|sin|ohne|sans)\b/;

const QUESTION = new RegExp(
  "^(?:what|how|why|when|where|which|who|whose|is|are|was|were|does|did|has|had|should|shall|" +
    "(?:can|could|would|will) (?!you\\b|we\\b|parex\\b)|do (?:you|i|we|they)\\b|have (?:you|we|they|i)\\b|if (?:i|we)\\b)",
);
const ASKS_US = /\b(?:can|could|would|will) (?:you|we|parex)\b|\bplease\b|^would you mind\b/;
const ONE_BY_ONE =
  /\b(?:not in parallel|(?:instead of|rather than|without) (?:\w+ )?(?:in )?parallel|sequential(?:ly)?|one (?:by one|at a time|after (?:the other|another)))\b/;

/** How far a run is, in all the words of a sentence. */
const STATUS = new RegExp(
  "^" + any(
    "(?:any )?(?:progress|status|eta|news|updates?)",
    "(?:show|tell|give)(?: me)? (?:the |an? )?(?:progress|status|update)",
    "how(?:'s| is| are) (?:it|things|everything|they|we|the (?:run|plan|agents|tasks))(?: (?:going|doing|coming along|looking))?",
    "how (?:far|much longer|long|many)\\b(?! (?:does|do|is the \\w+ from))[\\w\\s]*?",
    "(?:is|are|has|have) (?:it|they|we|everything|all|the (?:run|agents|tasks|plan)|(?:any |all )?(?:the )?tasks?(?:-[\\w-]+)?)(?: all)? (?:done|finished|ready|through|complete|blocked|failed|still \\w+)",
    "which tasks?\\b[\\w\\s]*(?:done|finished|left|running|failed|blocked|open|completed)",
    "did (?:any|anything|some|all)\\b[\\w\\s]*(?:fail|finish|land|work)",
    "what(?:'s| is| are)(?: the)? (?:agents?(?: doing)?|status|progress|state|happening|going on|they doing)",
    "wie (?:weit|läuft|steht)[\\p{L}\\s]*|¿?c[óo]mo (?:va|van)|o[ùu] en (?:est|sont)[\\p{L}\\s-]*",
  ) + any(
    " so far| now| yet| right now| at the moment| currently| still| left| doing| going on",
    " (?:of|with|in|on) (?:it|the (?:run|plan|tasks|agents))",
  ) + "*\\s*[.?!]*$",
  "u",
);

const CLAUSE = /(?:[,;:—–]|\s-)\s+(?:and |but )?(?:then )?|\s+and (?:then )?|\s+then\s+|\)\.?\s+/g;
/** Before a clause: it reports, describes or explains what comes after it. */
const NO_COMMAND_AFTER = new RegExp(
  "\\b(?:which|where|when|how|why|whether|who|before|after|says?|said|told|means?|reads|" +
    'function|script|method|class|code|explain|describe|translate "|document|grep|rename|tests?)\\b',
);
const NEGATED = /^(?:please )?(?:don'?t|do not|never|stop|avoid|no|not|wait)\b/;

/** What follows such a line is material, not a request. */
const MATERIAL = new RegExp(
  "^(?:please |can you |could you )*(?:review|summari[sz]e|translate|proofread|explain|rewrite|" +
    "improve|edit|check|correct|format|shorten|paraphrase|describe|analy[sz]e)\\b[^\\n]*:\\s*$",
  "m",
);

/**
 * What a person asks for, now, of a plan's tasks or of several agents; undefined: nothing of it.
 */
export function requestIn(prompt: string): Request | undefined {
  const text = prompt.trim();
  if (text.startsWith("/")) return COMMANDS.test(text) ? { for: "run" } : undefined;
  const short = text.length > 2 * MAX_EDGE
    ? `${text.slice(0, MAX_EDGE)}\n${text.slice(-MAX_EDGE)}`
    : text;
  const own = ownWords(short);
  const showsCode = own !== short && short.includes("```");
  const sentences = own.split(/\n+|(?<=[.!?;])\s+/).map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== "");
  if (sentences.some((sentence) => asksFor(sentence, showsCode))) return { for: "run" };
  if (sentences.some(STATUS.test, STATUS)) return { for: "status", given: "run" };
  const last = sentences.at(-1) ?? "";
  return sentences.length <= 4 && saysGo(last) ? { for: "run", given: "plan" } : undefined;
}

/** Whether a sentence only agrees to the plan that is ready. */
function saysGo(sentence: string): boolean {
  if (QUESTION.test(sentence) || NEGATED.test(sentence)) return false;
  return clausesOf(sentence).some(({ clause }) => GO.test(bareCommand(clause).command));
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
  const sentence = raw.replace(/^(?:[-*•]|\d+[.)])\s+/, "").replace(/^now that [^,]*,\s+/, "");
  if (ELSEWHERE.test(sentence) && !NOT_THERE.test(sentence)) return true;
  if (QUESTION.test(sentence) || ONE_BY_ONE.test(sentence)) return false;
  if (/\?\s*$/.test(sentence) && !ASKS_US.test(sentence)) return false;
  return clausesOf(sentence).some(({ before, clause }) => {
    if (NO_COMMAND_AFTER.test(before)) return false;
    // "Do not push and run …" negates both; "Do not push, run …" does not.
    if (NEGATED.test(before) && /\s(?:and|then)\s+$/.test(before)) return false;
    const { command } = bareCommand(clause);
    return isCommand(clause, showsCode) || (OF_THE_PLAN.test(before) && RUN_IT.test(command));
  });
}

/** Every place in a sentence where a command may begin, with the words before it. */
function clausesOf(sentence: string): { before: string; clause: string }[] {
  const starts = [0, ...[...sentence.matchAll(CLAUSE)].map((cut) => cut.index + cut[0].length)];
  return starts.map((at) => ({ before: sentence.slice(0, at), clause: sentence.slice(at) }));
}

/** A clause from its verb on, and whether `in parallel` was said before that. */
function bareCommand(clause: string): { command: string; sideBySide: boolean } {
  let command = clause;
  let sideBySide = false;
  for (let opener = OPENERS.exec(command); opener; opener = OPENERS.exec(command)) {
    sideBySide ||= SIDE_BY_SIDE.test(opener[0]);
    command = command.slice(opener[0].length);
  }
  return { command: command.replace(/[\s.!?:]+$/, ""), sideBySide };
}

function isCommand(clause: string, showsCode: boolean): boolean {
  if (DONE.test(clause)) return SIDE_BY_SIDE.test(clause) && !MACHINERY.test(clause);
  const bare = bareCommand(clause);
  if (DONE.test(bare.command)) {
    const manner = bare.sideBySide || SIDE_BY_SIDE.test(bare.command);
    return manner && !MACHINERY.test(bare.command);
  }
  const started = STARTERS.exec(bare.command)?.[0].length;
  if (started === undefined && /^\w+ing\b/.test(bare.command) && !clause.startsWith("would you")) {
    return false;
  }
  const command = bare.command.slice(started ?? 0).replace(
    /^(\w+) (?:now|immediately|directly) /,
    "$1 ",
  );
  const rules = [
    RUN_PLAN,
    RUN_WORKFLOW,
    ALONE,
    PARALLELIZE,
    AGENTS,
    PARALLEL_AGENTS,
    SPLIT,
    SWARM,
    PAREX,
  ];
  if ([...rules, PUT_INTO, GET_GOING].some((rule) => rule.test(command))) return true;
  if (!showsCode && PARALLELIZE_BARE.test(command)) return true;
  const manner = bare.sideBySide || SIDE_BY_SIDE.test(command);
  if (RUN_WORK.test(command)) return manner;
  return DO.test(command) && doneSideBySide(command, bare.sideBySide);
}

function doneSideBySide(text: string, already: boolean): boolean {
  const at = SIDE_BY_SIDE.exec(text)?.index;
  if (at === undefined && !already) return false;
  const object = text.slice(0, at).replace(/^\w+(?: on)?/, "");
  return !RELATIVE.test(object) && !MACHINERY.test(object);
}
