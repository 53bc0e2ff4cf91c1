import { setTimeout } from 'node:timers/promises';
import { getContainerRuntimeClient, ImageName } from 'testcontainers';

/** Why no containers of these images can be started here, in a few words; nothing where they can. Pulls what is missing. */
export async function findObstacle(images: readonly string[]): Promise<string | undefined> {
  const engine = await within(5_000, getContainerRuntimeClient()).catch(() => undefined);
  if (!engine) return 'no container engine answers';
  for (const image of images) {
    const name = ImageName.fromString(image);
    try {
      await within(180_000, engine.image.pull(name));
      // A pull that broke off half-way ends like one that succeeded.
      await engine.image.inspect(name);
    } catch (error) {
      return `the image ${image} is not here and can't be pulled (${(error as Error).message.trim()})`;
    }
  }
  return undefined;
}

/** What is promised, if it comes within so many ms. */
const within = <T>(ms: number, promised: Promise<T>): Promise<T> =>
  Promise.race([
    promised,
    setTimeout(ms, undefined, { ref: false }).then(() => {
      throw new Error(`no answer in ${ms / 1000} s`);
    }),
  ]);
