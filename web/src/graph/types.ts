// The types that answers name.

/** The kind of an answer's `@odata.type`, as `#microsoft.graph.user`. */
export function kindOfType(type: unknown): string | undefined {
  return typeof type === "string" ? type.split(".").pop() : undefined;
}
