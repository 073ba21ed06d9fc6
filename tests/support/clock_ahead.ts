/** Puts parex's clock ahead by the milliseconds that the file `PAREX_TEST_CLOCK` holds, if it is there. */
const file = Deno.env.get("PAREX_TEST_CLOCK") ?? "";
const now = Date.now;

Date.now = () => now() + ahead();

function ahead(): number {
  try {
    return Number(Deno.readTextFileSync(file));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}
