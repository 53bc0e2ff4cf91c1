import type { RefusalCode, RefusalCodeOf, RefusalKind } from './refusal-codes.js';

/** A next step that would work: the name of a command or query, and the ids that its route needs. `libs/http` finds the route. */
export interface SuggestedAction {
  readonly action: string;
  readonly params: Readonly<Record<string, string>>;
}

/** A suggested action with its route. */
export interface ActionLink {
  /** The name of the command or query. */
  readonly action: string;
  /** The HTTP method. */
  readonly method: string;
  /** The path, with its ids filled in. */
  readonly href: string;
}

/** A code goes with the kind that its description names: any other does not compile. */
type RefusalArguments = {
  [Kind in RefusalKind]: [
    code: RefusalCodeOf<Kind>,
    kind: Kind,
    detail: string,
    actions?: readonly SuggestedAction[],
    members?: Readonly<Record<string, unknown>>,
  ];
}[RefusalKind];

/**
 * A rule said no. `code` is a public promise, `detail` is one sentence for the caller, `actions` are the next steps that
 * would work, `members` are further public members of the problem (RFC 9457 §3.2), for example the current revision.
 */
export class Refusal extends Error {
  readonly code: RefusalCode;
  readonly kind: RefusalKind;
  readonly actions: readonly SuggestedAction[];
  readonly members: Readonly<Record<string, unknown>>;

  constructor(...[code, kind, detail, actions = [], members = {}]: RefusalArguments) {
    super(detail);
    this.name = 'Refusal';
    this.code = code;
    this.kind = kind;
    this.actions = actions;
    this.members = members;
  }

  /** Returns the same refusal without suggested actions. */
  withoutActions(): Refusal {
    const { code, kind, message, members } = this;
    return new Refusal(...([code, kind, message, [], members] as RefusalArguments));
  }
}
