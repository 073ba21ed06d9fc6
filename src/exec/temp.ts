/**
 * Makes a new folder for temporary files: in `TMPDIR`, or in `/tmp` where that cannot be. It may
 * not exist, be full, or be below `/dev`, which Deno does not let programs use. Throws if neither
 * works.
 */
export async function makeTempFolder(prefix: string): Promise<string> {
  try {
    return await Deno.makeTempDir({ prefix });
  } catch (error) {
    return await Deno.makeTempDir({ prefix, dir: "/tmp" }).catch(() => {
      throw error;
    });
  }
}
