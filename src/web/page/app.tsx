import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { formatDuration, formatUsd } from "../../domain/units.ts";
import { Graph } from "./graph.tsx";
import { Overview } from "./overview.tsx";
import { Ago } from "./parts.tsx";
import { type Run, RunContext, useFollowed, useRun } from "./run.ts";
import type { Source } from "./source.ts";
import { TaskPage } from "./task.tsx";
import { TimelinePage } from "./timeline.tsx";

const VIEWS = [
  { path: "", name: "Overview", key: "o" },
  { path: "timeline", name: "Timeline", key: "t" },
  { path: "graph", name: "Graph", key: "g" },
] as const;

/** The whole page. */
export function App({ source }: { source: Source }) {
  const run = useFollowed(source);
  const path = useRoute();
  useKeys();
  if (!run) return <p class="loading">Waiting for the first event of the run …</p>;
  return (
    <RunContext.Provider value={run}>
      <a class="skip" href={`#/${path.join("/")}`} onClick={focusMain}>Skip to the content</a>
      <Header view={path[0] ?? ""} />
      <Main path={path}>
        <View path={path} />
      </Main>
      <Footer run={run} />
    </RunContext.Provider>
  );
}

function View({ path: [view = "", id = "", part = ""] }: { path: string[] }) {
  switch (view) {
    case "timeline":
      return <TimelinePage />;
    case "graph":
      return <Graph />;
    case "task":
      return <TaskPage key={id} id={id} part={part} />;
    default:
      return <Overview />;
  }
}

function Header({ view }: { view: string }) {
  const { summary, link, source } = useRun();
  const { plan, state, time, usage } = summary;
  const name = plan?.name ?? "unknown plan";
  useEffect(() => {
    document.title = `${summary.counts.completed}/${summary.counts.selected} ${name} · parex`;
  });
  const lost = link === "lost" && state === "running";
  const isLeft = state === "finished" && summary.counts.completed < summary.counts.selected;
  return (
    <header>
      <div class="bar">
        <a class="brand" href="#/">
          <svg viewBox="0 0 16 16" width="20" height="20" aria-hidden="true">
            <path d="M3 2v12M3 8h4c3 0 3-5 6-5M7 8c3 0 3 5 6 5" />
          </svg>
          parex
        </a>
        <p class="plan" title={name}>{name}</p>
        <p class="now">
          <span class={`state ${lost ? "lost" : isLeft ? "left" : state}`} role="status">
            {lost
              ? "connection lost"
              : source.savedAt && state === "running"
              ? "was running"
              : isLeft
              ? "not complete"
              : state}
          </span>
          <span>{formatDuration(time.wall_ms)}</span>
          {usage.cost_usd !== null && <span>{formatUsd(usage.cost_usd)}</span>}
        </p>
      </div>
      <nav aria-label="Views">
        {VIEWS.map(({ path, name, key }) => (
          <a
            href={`#/${path}`}
            aria-current={view === path ? "page" : undefined}
            aria-keyshortcuts={key}
          >
            {name}
          </a>
        ))}
      </nav>
    </header>
  );
}

/** Moves the focus to the heading of a new view, so that screen readers continue there. */
function Main({ path, children }: { path: string[]; children: ComponentChildren }) {
  const main = useRef<HTMLElement>(null);
  const [view = "", id = ""] = path;
  const first = useRef(true);
  useEffect(() => {
    if (first.current) first.current = false;
    else {
      main.current?.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
      scrollTo(0, 0);
    }
  }, [view, id]);
  return <main ref={main} id="main">{children}</main>;
}

function Footer({ run: { summary, source } }: { run: Run }) {
  return (
    <footer>
      <p>
        {summary.runs.length > 1 && `${summary.runs.length} runs, the last one `}
        {summary.runs.length > 1 ? summary.run : `Run ${summary.run}`}
        {source.savedAt !== undefined && (
          <>
            , saved <Ago at={Date.parse(source.savedAt)} />
          </>
        )}
      </p>
      <p class="keys">
        {VIEWS.map(({ name, key }) => (
          <span>
            <kbd>{key}</kbd> {name.toLowerCase()}
          </span>
        ))}
      </p>
    </footer>
  );
}

function focusMain(event: Event) {
  event.preventDefault();
  document.querySelector<HTMLElement>("main h1")?.focus();
}

/** The parts of the address behind `#/`. */
function useRoute(): string[] {
  const read = () => location.hash.replace(/^#\/?/, "").split("/").map(decoded);
  const [path, setPath] = useState(read);
  useEffect(() => {
    const onChange = () => setPath(read());
    addEventListener("hashchange", onChange);
    return () => removeEventListener("hashchange", onChange);
  }, []);
  return path;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function useKeys() {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const typing = event.target instanceof HTMLElement &&
        event.target.matches("input, textarea, select");
      if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
      const view = VIEWS.find(({ key }) => key === event.key);
      if (view) location.hash = `#/${view.path}`;
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
}
