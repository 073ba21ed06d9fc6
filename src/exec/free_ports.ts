/** Whether nobody listens on any of these ports of this machine. */
export function areFree(first: number, count: number): boolean {
  for (let port = first; port < first + count; port++) if (!isFree(port)) return false;
  return true;
}

/** Servers also listen on `localhost`, which may be another address than 127.0.0.1. */
function isFree(port: number): boolean {
  for (const hostname of ["127.0.0.1", "localhost"]) {
    try {
      Deno.listen({ hostname, port }).close();
    } catch (error) {
      if (error instanceof Deno.errors.AddrInUse) return false;
      // If the address does not exist here, nobody listens on it.
    }
  }
  return true;
}
