/** Ends something that must not outlive parex. Gets how long it may take to end by itself. */
type Ending = (graceMs: number) => Promise<void>;

const endings = new Set<Ending>();

/** Registers what must be ended when parex ends; returns how to take it back. */
export function onShutdown(ending: Ending): () => void {
  endings.add(ending);
  return () => void endings.delete(ending);
}

/** Ends all that is registered, side by side. */
export async function shutdown(graceMs: number): Promise<void> {
  await Promise.all([...endings].map((ending) => ending(graceMs)));
}
