import { Component, type ReactNode } from 'react';
import { CodeLoadError } from './lazy-code';

interface Props {
  readonly children: ReactNode;
  /** Renders a message in place of children whose code could not be loaded. `retry` renders the children again. */
  readonly fallback: (retry: () => void) => ReactNode;
}

/** Catches a `CodeLoadError` of its children; other errors go on to the page's own boundary. */
export class CodeLoadBoundary extends Component<Props, { error?: unknown }> {
  override state: { error?: unknown } = {};

  static getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error };
  }

  readonly retry = (): void => this.setState({ error: undefined });

  override render(): ReactNode {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    if (error instanceof CodeLoadError) return this.props.fallback(this.retry);
    throw error;
  }
}
