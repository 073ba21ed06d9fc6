/** Disks that are full, and writes that fail. */

/** Lets writes to files of this name fail as on a full disk, once they hold that many lines. */
export function fullFor(name: string, { afterLines = 0 } = {}): Disposable {
  const open = Deno.openSync;
  Deno.openSync = (path, options) => {
    const file = open(path, options);
    if (!String(path).endsWith(name)) return file;
    let lines = 0;
    const write = file.writeSync.bind(file);
    file.writeSync = (bytes) => {
      if (lines >= afterLines) throw new Error("No space left on device (os error 28)");
      lines += bytes.filter((byte) => byte === 10).length;
      return write(bytes);
    };
    return file;
  };
  return { [Symbol.dispose]: () => void (Deno.openSync = open) };
}

/** A disk of its own at a folder, so small that it can be filled. */
export async function smallDisk(path: string, kib: number): Promise<AsyncDisposable> {
  await Deno.mkdir(path, { recursive: true });
  await run("mount", ["-t", "tmpfs", "-o", `size=${kib}k`, "none", path]);
  return { [Symbol.asyncDispose]: () => run("umount", ["-l", path]) };
}

/** The same folder, read-only. */
export async function readOnly(path: string): Promise<AsyncDisposable> {
  await run("mount", ["--bind", path, path]);
  await run("mount", ["-o", "remount,ro,bind", path]);
  return { [Symbol.asyncDispose]: () => run("umount", ["-l", path]) };
}

/** A disk of its own at a folder, whose file system can clone files. */
export async function cloningDisk(path: string): Promise<AsyncDisposable> {
  const image = `${path}.image`;
  await Deno.mkdir(path, { recursive: true });
  await Deno.writeFile(image, new Uint8Array());
  await Deno.truncate(image, 1024 * 1024 * 1024);
  await run("mkfs.btrfs", ["-q", "--force", image]);
  await run("mount", ["-o", "loop", image, path]);
  return {
    [Symbol.asyncDispose]: async () => {
      await run("umount", ["-l", path]);
      await Deno.remove(image);
    },
  };
}

/** Tests that mount are ignored where mounting is not allowed. */
export const mayMount: boolean = await (async () => {
  const path = await Deno.makeTempDir({ prefix: "parex-mount-" });
  try {
    await (await smallDisk(path, 4))[Symbol.asyncDispose]();
    return true;
  } catch {
    return false;
  } finally {
    await Deno.remove(path);
  }
})();

/** Tests with such a disk are ignored where there can be none. */
export const mayClone: boolean = mayMount && await (async () => {
  const path = await Deno.makeTempDir({ prefix: "parex-mount-" });
  try {
    await (await cloningDisk(path))[Symbol.asyncDispose]();
    return true;
  } catch {
    return false;
  } finally {
    await Deno.remove(path);
  }
})();

async function run(program: string, args: string[]): Promise<void> {
  const { code, stderr } = await new Deno.Command(program, { args }).output();
  if (code !== 0) throw new Error(`${program}: ${new TextDecoder().decode(stderr)}`);
}
