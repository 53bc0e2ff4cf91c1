import { Refusal } from '#libs/kernel';
import { BuildMeter, type BuildProgress } from './build-progress.js';
import type { VersionRow } from './checkpoints.js';
import type { Projection } from './projection.js';
import { rebuildSchemaOf, schemaOf } from './version-schema.js';

/** A projection whose tables are being built. */
export interface NamedProgress extends BuildProgress {
  readonly projection: string;
}

/** Which tables of this build are being built, for the first time or anew by hand, from the stored states that it is given. */
export class BuildState {
  readonly #meters = new Map<string, BuildMeter>();
  #building: readonly NamedProgress[] = [];
  #rebuilding: readonly NamedProgress[] = [];
  #isBuilt = false;

  constructor(private readonly projections: readonly Projection[]) {}

  /** Whether all tables have been complete. */
  get isBuilt(): boolean {
    return this.#isBuilt;
  }

  /** The projections that are being built for the first time. */
  get building(): readonly NamedProgress[] {
    return this.#building;
  }

  /** The projections that are being built anew by hand, while the former tables are read. */
  get rebuilding(): readonly NamedProgress[] {
    return this.#rebuilding;
  }

  /** The schemas whose states {@link update} needs. */
  get schemas(): readonly string[] {
    return this.projections.flatMap((projection) => [schemaOf(projection), rebuildSchemaOf(projection)]);
  }

  /** @param head the end of the log, if it is known */
  update(rows: readonly VersionRow[], head: number | undefined): void {
    const find = (schema: string) => rows.find((row) => row.schema === schema);
    const unbuilt = this.projections.filter((projection) => (find(schemaOf(projection))?.built_at ?? null) === null);
    this.#isBuilt = unbuilt.length === 0;
    this.#building = unbuilt.map((projection) => this.#measure(projection, find(schemaOf(projection)), head));
    this.#rebuilding = this.projections.flatMap((projection) => {
      const copy = find(rebuildSchemaOf(projection));
      return copy ? [this.#measure(projection, copy, find(schemaOf(projection))?.position)] : [];
    });
    const measured = new Set([...this.#building, ...this.#rebuilding].map(({ projection }) => projection));
    for (const name of this.#meters.keys()) if (!measured.has(name)) this.#meters.delete(name);
  }

  /** Returns why queries are refused now: tables are being built for the first time. */
  refusal(): Refusal | undefined {
    if (this.#isBuilt) return undefined;
    const [slowest] = this.#building.toSorted((one, other) => one.percent - other.percent);
    const { percent = 0, events = 0, eventsPerSecond = 0, secondsLeft = null } = slowest ?? {};
    const left = secondsLeft === null ? '' : `, about ${secondsLeft} s left`;
    return new Refusal(
      'projections.building',
      'unavailable',
      `The read models of this version are being built: ${percent} %${left}.`,
      [],
      { progress: { percent, events, eventsPerSecond, secondsLeft } },
    );
  }

  #measure({ name }: Projection, row: VersionRow | undefined, head: number | undefined): NamedProgress {
    const meter = this.#meters.get(name) ?? new BuildMeter();
    this.#meters.set(name, meter);
    return { projection: name, ...meter.measure(row?.events ?? 0, row?.position ?? 0, head) };
  }
}
